// Shows rows as a table. Every cell is anybody's text: text nodes, never HTML.
const BRIEF = 24;
const SHORT = 220;

function written(text) {
  if (text.length <= BRIEF) return element("span", "brief", text);
  const characters = [...text.slice(0, 2 * SHORT + 2)];
  if (characters.length <= SHORT) return element("span", "whole", text);
  const made = element("details", "long");
  made.append(element("summary", "", `${characters.slice(0, SHORT).join("")}…`), element("span", "whole", text));
  return made;
}

// What is to be said of an answer stands below it, in its cell: on a phone there is no room for more columns.
const NOTES = ["review", "problem"];

function shown(columns) {
  const answered = columns.some((column) => column.kind === "class");
  return columns.map((column) => !answered || !NOTES.includes(column.kind));
}

function cell(kind, text) {
  const made = element("td", kind);
  // Each text finds its own direction: Arabic and Hebrew run from the right.
  made.dir = "auto";
  if (text !== "") made.append(kind === "cell" ? written(text) : element("span", kind, text));
  return made;
}

function rowOf(columns, texts) {
  const visible = shown(columns);
  const line = element("tr");
  columns.forEach((column, place) => {
    if (visible[place]) line.append(cell(column.kind, texts[place]));
    if (column.kind === "problem" && texts[place] !== "") line.className = "failed";
  });
  const answer = line.querySelector("td.class");
  columns.forEach((column, place) => {
    if (!visible[place] && texts[place] !== "") answer.append(element("span", column.kind, texts[place]));
  });
  return line;
}

function titlesOf(columns) {
  const visible = shown(columns);
  return columns
    .filter((_, place) => visible[place])
    .map((column) => {
      const made = element("th", column.kind, column.name);
      made.dir = "auto";
      return made;
    });
}

export default function ({ data, parentElement }) {
  const lines = data.rows.map((row) => rowOf(data.columns, row));
  const root = region(data.name);
  root.append(tableOf(titlesOf(data.columns), lines));
  show(parentElement, root);
}
