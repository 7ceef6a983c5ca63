// Draws the probability of each class as a bar. Names are anybody's text: they become text nodes, never HTML.
function bar(row) {
  const line = element("li", row.chosen ? "row chosen" : "row");
  const name = element("span", "name", row.name);
  name.dir = "auto";
  const track = element("span", "track");
  const fill = element("span", "fill");
  fill.style.width = `${100 * row.probability}%`;
  track.setAttribute("aria-hidden", "true");
  track.append(fill);
  line.append(name, track, element("span", "value", row.percent));
  return line;
}

function list(rows) {
  const made = element("ul", "bars");
  made.append(...rows.map(bar));
  return made;
}

export default function ({ data, parentElement }) {
  const root = element("div", "root");
  root.append(list(data.first));
  if (data.others.length > 0) {
    const others = element("details", "others");
    others.append(element("summary", "", data.others_title), list(data.others));
    root.append(others);
  }
  show(parentElement, root);
}
