// Shows a document that was written as Markdown and taken apart on the server. The elements are those of a fixed list;
// all that stands in them becomes text nodes: no HTML, no picture, no link.
const KINDS = new Set([
  "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote",
  "table", "thead", "tbody", "tr", "th", "td", "hr", "br", "span",
]);

function made(node) {
  if (node.kind === "text") return document.createTextNode(node.text);
  const element = document.createElement(KINDS.has(node.kind) ? node.kind : "span");
  if (node.kind === "table") {
    const frame = region("Table");
    frame.className = "frame";
    element.append(...node.children.map(made));
    frame.append(element);
    return frame;
  }
  element.append(...node.children.map(made));
  return element;
}

export default function ({ data, parentElement }) {
  const root = document.createElement("article");
  root.className = "root";
  root.tabIndex = 0;
  root.setAttribute("aria-label", data.name);
  root.append(...data.nodes.map(made));
  show(parentElement, root);
}
