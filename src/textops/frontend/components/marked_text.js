// Shows a text with the words marked that decided. All of it is anybody's text: text nodes, never HTML.
function piece(part) {
  if (part.strength === 0) return document.createTextNode(part.text);
  const mark = element("mark", part.strength > 0 ? "for" : "against", part.text);
  mark.style.setProperty("--strength", `${Math.round(100 * Math.abs(part.strength))}%`);
  mark.title = part.note;
  return mark;
}

function paragraph(className, parts) {
  const made = element("p", className);
  // Each text finds its own direction: Arabic and Hebrew run from the right.
  made.dir = "auto";
  made.append(...parts.map(piece));
  return made;
}

export default function ({ data, parentElement }) {
  const root = region(data.name);
  if (data.title.length > 0) root.append(paragraph("title", data.title));
  root.append(paragraph("text", data.text));
  show(parentElement, root);
}
