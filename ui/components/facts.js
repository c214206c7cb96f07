// Names and what they stand for; a tone colours the ones that tell of better or worse.
export default function ({ data, parentElement }) {
  show(parentElement, data, () => element("dl", {}, ...data.flatMap(([name, value, tone]) => [
    element("dt", { textContent: name }),
    element("dd", { dir: "auto", className: tone ?? "", textContent: value }),
  ])));
}
