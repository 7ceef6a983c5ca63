// Shows a text with the words marked that decided. All of it is anybody's text: text nodes, never HTML.
function piece(part) {
  if (part.strength === 0) return document.createTextNode(part.text);
  const mark = document.createElement("mark");
  mark.className = part.strength > 0 ? "for" : "against";
  mark.style.setProperty("--strength", `${Math.round(100 * Math.abs(part.strength))}%`);
  mark.title = part.note;
  mark.textContent = part.text;
  return mark;
}

function paragraph(className, parts) {
  const made = document.createElement("p");
  made.className = className;
  // Each text finds its own direction: Arabic and Hebrew run from the right.
  made.dir = "auto";
  made.append(...parts.map(piece));
  return made;
}

export default function ({ data, parentElement }) {
  const root = document.createElement("div");
  root.className = "root";
  root.tabIndex = 0;
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", data.name);
  if (data.title.length > 0) root.append(paragraph("title", data.title));
  root.append(paragraph("text", data.text));
  parentElement.querySelector(".root")?.remove();
  parentElement.append(root);
}
