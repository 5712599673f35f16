// Our own checks of a page: what people need who see little, hear pages, or have
// no mouse. Gives what is wrong, in words.
(() => {
  const wrong = [];
  const says = (el) => `${el.tagName.toLowerCase()}${el.id ? "#" + el.id : ""}${el.className && el.className.baseVal === undefined ? "." + String(el.className).trim().replace(/\s+/g, ".") : ""} "${(el.textContent || el.value || "").trim().slice(0, 40)}"`;
  const visible = (el) => el.checkVisibility({ visibilityProperty: true });
  const named = (el) => {
    const by = el.getAttribute("aria-labelledby");
    if (by) return by.split(/\s+/).map((id) => (document.getElementById(id) || {}).textContent || "").join(" ").trim();
    return (el.getAttribute("aria-label") || [...(el.labels || [])].map((l) => l.textContent).join(" ") || el.textContent || el.getAttribute("title") || "").trim();
  };
  if (document.documentElement.lang !== "en") wrong.push("the page names no language");
  if (!document.title) wrong.push("the page has no title");
  if (document.querySelectorAll("main").length !== 1) wrong.push("there is not one main part");
  if (document.querySelectorAll("h1").length !== 1) wrong.push("there is not one heading of the first level");
  let last = 0;
  for (const h of document.querySelectorAll("main h1, main h2, main h3, main h4")) {
    const n = +h.tagName[1];
    if (n > last + 1) wrong.push("a heading is left out before " + says(h));
    last = n;
  }
  const ids = new Set();
  for (const el of document.querySelectorAll("[id]")) {
    if (ids.has(el.id)) wrong.push("two have the id " + el.id);
    ids.add(el.id);
  }
  for (const el of document.querySelectorAll("[aria-labelledby], [aria-describedby]"))
    for (const a of ["aria-labelledby", "aria-describedby"])
      for (const id of (el.getAttribute(a) || "").split(/\s+/)) if (id && !ids.has(id)) wrong.push(`${says(el)}: nothing has the id ${id}`);
  for (const el of document.querySelectorAll("input:not([type=hidden]), select, textarea")) if (!el.closest("[aria-hidden=true]") && !named(el)) wrong.push("a field has no label: " + says(el));
  for (const el of document.querySelectorAll("a[href], button, summary")) if (!el.closest("[aria-hidden=true]") && visible(el) && !named(el)) wrong.push("a control has no name: " + says(el));
  for (const el of document.querySelectorAll("nav, section")) if (!el.getAttribute("aria-label") && !el.getAttribute("aria-labelledby") && el.tagName === "NAV") wrong.push("a navigation has no name");
  for (const el of document.querySelectorAll("th")) if (!el.getAttribute("scope")) wrong.push("a header cell has no scope: " + says(el));
  for (const el of document.querySelectorAll("[tabindex]")) if (el.tabIndex > 0) wrong.push("an order of its own: " + says(el));

  // Contrast, from the colours as they are computed.
  const parse = (c) => { const m = c.match(/[\d.]+/g).map(Number); return { r: m[0], g: m[1], b: m[2], a: m[3] === undefined ? 1 : m[3] }; };
  const lum = ({ r, g, b }) => { const f = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const over = (top, under) => ({ r: top.r * top.a + under.r * (1 - top.a), g: top.g * top.a + under.g * (1 - top.a), b: top.b * top.a + under.b * (1 - top.a), a: 1 });
  const behind = (el) => {
    const layers = [];
    for (let e = el; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.a) layers.push(c); if (c.a === 1) break; }
    let c = matchMedia("(prefers-color-scheme: dark)").matches ? { r: 18, g: 18, b: 18, a: 1 } : { r: 255, g: 255, b: 255, a: 1 };
    for (const l of layers.reverse()) c = over(l, c);
    return c;
  };
  const told = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const el = n.parentElement;
    if (!n.nodeValue.trim() || !el || el.closest("svg, script, [disabled]") || !visible(el)) continue;
    const r = el.getBoundingClientRect();
    if (r.width < 2 || r.height < 2) continue;
    const st = getComputedStyle(el), bg = behind(el), fg = over(parse(st.color), bg);
    const [a, b] = [lum(fg), lum(bg)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(st.fontSize), large = size >= 24 || (size >= 18.66 && +st.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) {
      const k = `contrast ${ratio.toFixed(2)}: ${el.tagName.toLowerCase()}.${el.className}`;
      if (!told.has(k)) { told.add(k); wrong.push(`${k} "${n.nodeValue.trim().slice(0, 40)}"`); }
    }
  }

  // What has the focus shows it, and is large enough for a finger.
  const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter((e) => visible(e) && e.tabIndex >= 0);
  const was = document.activeElement;
  for (const el of all.slice(0, 60)) {
    el.focus({ preventScroll: true, focusVisible: true });
    const st = getComputedStyle(el);
    if (document.activeElement === el && st.outlineStyle === "none" && st.boxShadow === "none") wrong.push("the focus is not seen on " + says(el));
    const r = el.getBoundingClientRect();
    if (el.matches("button, .button, select, input:not([type=checkbox], [type=radio])") && !el.closest(".find, .hidden") && r.width > 2 && (r.height < 23.5 || r.width < 23.5)) wrong.push(`${Math.round(r.width)} by ${Math.round(r.height)} px is small: ${says(el)}`);
  }
  if (was && was.focus) was.focus({ preventScroll: true });
  return [...new Set(wrong)].slice(0, 20);
})()
