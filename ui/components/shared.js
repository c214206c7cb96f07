// Shared by all components. Whatever comes from articles or people is set as text: it stays text, letter by letter.
function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// Puts `draw()` into the page, unless it is there already for the same data: what a person has unfolded stays so.
function show(parentElement, data, draw) {
  const held = [...parentElement.children].find((child) => child.classList.contains("footnote"));
  const key = JSON.stringify(data);
  if (held && held.shownFor === key) return held;
  const root = draw();
  root.shownFor = key;
  root.classList.add("footnote");
  held ? held.replaceWith(root) : parentElement.append(root);
  return root;
}
