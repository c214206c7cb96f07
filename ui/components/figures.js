// Figures shown large, each with its change since the run before.
export default function ({ data, parentElement }) {
  show(parentElement, data, () => element("dl", {}, ...data.map(([name, value, difference, change]) =>
    element("div", {}, element("dt", { textContent: name }), element("dd", { className: "value", textContent: value }),
      element("dd", { className: change, textContent: change === "unknown" ? "" : `${difference} ${change}` })))));
}
