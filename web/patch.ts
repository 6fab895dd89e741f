/// Make an element's content that of another without replacing what is the same: focus, hover, running animations
/// and scroll stay where they are, and a page that is patched for days keeps as many nodes as it shows.
export function patch(old: Element, fresh: Element): void {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const wanted = [...fresh.childNodes];
  while (old.childNodes.length > wanted.length) old.lastChild!.remove();
  wanted.forEach((child, at) => {
    const present = old.childNodes[at];
    if (!present) old.append(child);
    else if (present instanceof Element && child instanceof Element && present.tagName === child.tagName) patch(present, child);
    else if (present.nodeType === Node.TEXT_NODE && child.nodeType === Node.TEXT_NODE) {
      if (present.nodeValue !== child.nodeValue) present.nodeValue = child.nodeValue;
    } else present.replaceWith(child);
  });
}
