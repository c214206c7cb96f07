// Passages, each folded under its label. Text nodes only: nothing in them is markup.
export default function ({ data, parentElement }) {
  const root = document.createElement("div");
  root.className = "footnote";
  for (const { label, text } of data) {
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    const body = document.createElement("p");
    summary.textContent = label;
    body.textContent = text;
    details.append(summary, body);
    root.append(details);
  }
  parentElement.querySelector(".footnote")?.remove();
  parentElement.append(root);
}
