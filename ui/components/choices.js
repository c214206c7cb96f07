// A list of buttons with texts of people or articles on them: past conversations, questions to begin with, filters.
export default function ({ data, parentElement, setTriggerValue }) {
  show(parentElement, data, () => {
    const items = data.choices.map(({ id, text, about, current, label }) => {
      const button = element("button", { type: "button", className: data.kind, dir: "auto", title: label ?? text,
        onclick: () => setTriggerValue("chosen", id) }, element("span", { textContent: text }));
      if (about) button.append(" ", element("span", { className: "when", textContent: about }));
      if (current) button.setAttribute("aria-current", "page");
      if (label) button.setAttribute("aria-label", label);
      return element("li", {}, button);
    });
    return element("ul", { className: `list-${data.kind}`, "aria-label": data.name }, ...items);
  });
}
