// Shows a table of figures. Names in it are anybody's text: they become text nodes, never HTML.
function element(kind, className, text) {
  const made = document.createElement(kind);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function filled(made, cell) {
  const main = element("span", cell.tone === "" ? "main" : `main ${cell.tone}`, cell.text);
  main.dir = "auto";
  made.append(main, ...cell.notes.map((note) => element("span", `note ${note.tone}`, note.text)));
  return made;
}

function line(row, columns) {
  const made = element("tr", row.chosen ? "chosen" : "");
  row.cells.forEach((cell, place) => {
    const kind = place === 0 ? "th" : "td";
    const shown = filled(element(kind, columns[place].numeric ? "numeric" : ""), cell);
    if (place === 0) shown.scope = "row";
    made.append(shown);
  });
  return made;
}

function head(columns) {
  const titles = element("tr");
  for (const column of columns) {
    const title = element("th", column.numeric ? "numeric" : "", column.title);
    title.scope = "col";
    titles.append(title);
  }
  const made = element("thead");
  made.append(titles);
  return made;
}

export default function ({ data, parentElement }) {
  const root = element("div", "root");
  // Wide and long tables are moved with the keyboard too.
  root.tabIndex = 0;
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", data.name);
  const table = element("table");
  const body = element("tbody");
  body.append(...data.rows.map((row) => line(row, data.columns)));
  table.append(head(data.columns), body);
  root.append(table);
  parentElement.querySelector(".root")?.remove();
  parentElement.append(root);
}
