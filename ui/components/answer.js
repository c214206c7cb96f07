// An answer: each sentence followed by its footnote buttons, the sources, what else was considered, and what to do.
function opener(label, number, className, text, open) {
  const button = element("button", { type: "button", className, textContent: text, title: label });
  button.setAttribute("aria-label", `Footnote ${number}: ${label}. Open the article.`);
  button.onclick = () => {
    openedBy(button);
    open(`footnote ${number}`);
  };
  return button;
}

function passages(list, open) {
  return list.map((passage) => {
    const read = element("button", { type: "button", className: "quiet", textContent: "Open the article" });
    read.onclick = () => {
      openedBy(read);
      open(`passage ${passage.index}`);
    };
    return element("details", { className: "passage" },
      element("summary", {}, element("span", { dir: "auto", textContent: passage.label }),
        element("span", { className: "score", textContent: ` score ${passage.score}` })),
      element("p", { dir: "auto", textContent: passage.text }), read);
  });
}

// What a screen reader says by itself; the place for it must be there before the words are.
function statusOf(parentElement) {
  const held = [...parentElement.children].find((child) => child.getAttribute("role") === "status");
  if (held) return held;
  const made = element("p", { className: "hidden", role: "status" });
  parentElement.append(made);
  return made;
}

function say(status, words) {
  status.textContent = "";
  setTimeout(() => (status.textContent = words), 150);
}

function inWords(data) {
  if (!data.done) return "An answer is being made.";
  if (data.problem) return "There is no answer: something went wrong or was stopped.";
  if (data.refusal) return `There is no answer. Passages that come nearest: ${data.nearest.length}.`;
  return `The answer is there. Sentences: ${data.sentences.length}, sources: ${data.citations.length}.`;
}

// The answer with its question above it, below Streamlit's header. What is above may still grow or shrink while the page
// is drawn, so it is done again shortly, unless the person has done something since.
const ROOM = 4.5; // rem, that of the header
const LONGEST = 200; // px of a long question that are left in view
function bringIntoView(root) {
  const message = (root.getRootNode().host ?? root).closest('[data-testid="stChatMessage"]');
  const messages = [...document.querySelectorAll('[data-testid="stChatMessage"]')];
  const question = messages[messages.indexOf(message) - 1];
  const bring = () => {
    const above = question ? root.getBoundingClientRect().top - question.getBoundingClientRect().top : 0;
    root.style.scrollMarginTop = `calc(${ROOM}rem + ${Math.min(above, LONGEST)}px)`;
    root.scrollIntoView({ block: "start" });
  };
  requestAnimationFrame(bring);
  const again = [250, 750, 1500].map((later) => setTimeout(() => root.isConnected && bring(), later));
  const leave = () => again.forEach(clearTimeout);
  for (const act of ["wheel", "touchmove", "pointerdown", "keydown"]) addEventListener(act, leave, { once: true, passive: true });
}

function copier(button, status, text) {
  const [shown, label] = [button.textContent, button.getAttribute("aria-label")];
  const told = (what, words) => {
    button.textContent = what;
    button.setAttribute("aria-label", what);
    say(status, words);
    setTimeout(() => {
      button.textContent = shown;
      button.setAttribute("aria-label", label);
    }, 1500);
  };
  const failed = () => told("Not possible here", "Copying is not possible here.");
  button.onclick = () => navigator.clipboard
    ? navigator.clipboard.writeText(text).then(() => told("Copied", "It is on the clipboard."), failed)
    : failed();
  return button;
}

// Streamlit brings this font along; the button's label says in words what the sign means.
function icon(button, name) {
  button.append(element("span", { className: "icon", ariaHidden: "true", textContent: name }));
  return button;
}

function actions(data, status, act) {
  const button = (text, label, onclick, pressed) => {
    const made = element("button", { type: "button", className: "quiet", textContent: text, title: label, onclick });
    if (label) made.setAttribute("aria-label", label);
    if (pressed !== undefined) made.setAttribute("aria-pressed", String(pressed));
    return made;
  };
  const copy = copier(button("Copy", "Copy the answer with its footnotes"), status, data.copied);
  const link = copier(button("Link", "Copy a link to this answer"), status,
    `${location.origin}${location.pathname}?${data.link}`);
  return element("div", { className: "actions" },
    data.copied ? copy : null, data.link ? link : null,
    button("Ask again", "Ask this question again", () => act("retry")),
    button("Edit", "Edit the question", () => act("edit")),
    data.copied ? icon(button("", "Good answer", () => act("up"), data.rated === true), "thumb_up") : null,
    data.copied ? icon(button("", "Bad answer", () => act("down"), data.rated === false), "thumb_down") : null);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const open = (what) => setTriggerValue("open", what);
  const labels = new Map(data.citations.map((citation) => [citation.number, citation.label]));
  const chips = (numbers) => numbers.map((number) => {
    const chip = opener(labels.get(number), number, "chip", String(number), open);
    chip.disabled = !data.done; // the answer is still on its way
    return chip;
  });

  const status = statusOf(parentElement);
  const root = show(parentElement, data, () => {
    const root = element("div", {});
    if (data.understood) root.append(element("p", { className: "faint", dir: "auto" }, "Understood as ",
      element("span", { textContent: data.understood })));
    if (data.problem) root.append(element("p", { className: "problem", dir: "auto", textContent: data.problem }));
    if (data.refusal) root.append(element("p", {}, element("strong", { textContent: data.refusal }),
      data.nearest.length ? " These passages come nearest:" : ""));
    if (data.short) root.append(element("p", { className: "short", dir: "auto", textContent: data.short }));
    for (const sentence of data.sentences) {
      const line = element("p", { className: "sentence", dir: "auto" });
      line.append(sentence.supported ? sentence.text : element("s", { textContent: sentence.text }));
      line.append(...chips(sentence.citations));
      if (!sentence.supported) line.append(element("span", { className: "faint",
        textContent: ` Not supported by the articles${sentence.reason ? `: ${sentence.reason}` : "."}` }));
      root.append(line);
    }
    if (data.written) root.append(element("p", { className: "faint", dir: "auto", textContent: data.written }));
    root.append(...passages(data.nearest, open));
    if (data.disagreement.length) {
      const [head, ...claims] = data.disagreement;
      const lines = claims.map((claim) => element("li", { dir: "auto" }, claim.text, ...chips(claim.citations)));
      root.append(element("div", { className: "note" }, head.text, element("ul", {}, ...lines)));
    }
    for (const note of data.notes) root.append(element("p", { className: "note", dir: "auto", textContent: note }));
    if (data.done && data.citations.length) {
      const items = data.citations.map((c) =>
        element("li", {}, opener(c.label, c.number, "source plain", `${c.number}. ${c.label}`, open)));
      root.append(element("ul", { className: "sources", "aria-label": "Sources" }, ...items));
    }
    if (data.confidence) root.append(element("p", { className: "faint", textContent: data.confidence }));
    if (data.considered.length) root.append(element("details", { className: "considered" },
      element("summary", { textContent: `Passages considered (${data.considered.length})` }),
      ...passages(data.considered, open)));
    if (data.how.length) root.append(element("details", { className: "considered" },
      element("summary", { textContent: "How this was answered" }),
      element("ul", {}, ...data.how.map((line) => element("li", { dir: "auto", textContent: line })))));
    if (data.instead.length) {
      const buttons = data.instead.map((question) => element("button",
        { type: "button", className: "ask", dir: "auto", textContent: question,
          onclick: () => setTriggerValue("ask", question) }));
      root.append(element("p", { className: "faint", textContent: "You could ask instead:" }), ...buttons);
    }
    if (data.done) root.append(actions(data, status, (what) => setTriggerValue("act", what)));
    return root;
  });
  // Once for each answer: rating it draws it anew.
  const told = data.copied ?? data.problem ?? "";
  if (data.scroll && parentElement.footnoteTold !== told) {
    parentElement.footnoteTold = told;
    say(status, inWords(data));
    bringIntoView(root);
  }
}
