// An answer: each sentence followed by its footnote buttons, then the list of sources.
// Everything from articles is set as textContent: it stays text, letter by letter.
function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const labels = new Map(data.citations.map((citation) => [citation.number, citation.label]));

  function opener(number, className, text) {
    const button = element("button", { type: "button", className, textContent: text });
    button.setAttribute("aria-label", `Footnote ${number}: ${labels.get(number)}. Open the article.`);
    button.title = labels.get(number);
    button.onclick = () => setTriggerValue("open", number);
    return button;
  }

  const root = element("div", { className: "footnote" });
  if (data.short) root.append(element("p", { className: "short", dir: "auto", textContent: data.short }));
  for (const sentence of data.sentences) {
    const line = element("p", { className: sentence.supported ? "sentence" : "sentence unsupported", dir: "auto" });
    line.append(sentence.text, ...sentence.citations.map((number) => opener(number, "chip", String(number))));
    root.append(line);
  }
  const items = data.citations.map((c) => element("li", {}, opener(c.number, "source", `${c.number}. ${c.label}`)));
  root.append(element("ul", { className: "sources", ariaLabel: "Sources" }, ...items));

  parentElement.querySelector(".footnote")?.remove();
  parentElement.append(root);
}
