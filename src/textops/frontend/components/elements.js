// What the components are made of; each of them is read with this before it. Texts become text nodes, never HTML.
function element(kind, className, text) {
  const made = document.createElement(kind);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// A part that is moved with the keyboard too where it is wider or longer than its place.
function region(name) {
  const made = element("div", "root");
  made.tabIndex = 0;
  made.setAttribute("role", "region");
  made.setAttribute("aria-label", name);
  return made;
}

function headOf(titles) {
  const line = element("tr");
  for (const title of titles) {
    title.scope = "col";
    line.append(title);
  }
  const made = element("thead");
  made.append(line);
  return made;
}

function tableOf(titles, lines) {
  const made = element("table");
  const body = element("tbody");
  body.append(...lines);
  made.append(headOf(titles), body);
  return made;
}

function show(parentElement, root) {
  parentElement.querySelector(".root")?.remove();
  parentElement.append(root);
}
