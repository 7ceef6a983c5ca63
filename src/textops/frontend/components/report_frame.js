// Shows a whole page of HTML in a frame that has no address of ours: its scripts reach neither this page nor its cookies.
export default function ({ data, parentElement }) {
  const before = parentElement.querySelector(".root");
  if (before?.dataset.version === data.version) return;
  const root = document.createElement("div");
  root.className = "root";
  root.dataset.version = data.version;
  const frame = document.createElement("iframe");
  frame.title = data.title;
  frame.setAttribute("sandbox", "allow-scripts");
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame.srcdoc = data.html;
  root.append(frame);
  before?.remove();
  parentElement.append(root);
}
