// Shows a table of figures. Names in it are anybody's text: they become text nodes, never HTML.
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

export default function ({ data, parentElement }) {
  const titles = data.columns.map((column) => element("th", column.numeric ? "numeric" : "", column.title));
  const lines = data.rows.map((row) => line(row, data.columns));
  const root = region(data.name);
  root.append(tableOf(titles, lines));
  show(parentElement, root);
}
