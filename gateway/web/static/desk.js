// Keys for those who work here all day: "/" finds a claim, "g" and a letter goes
// to a page, "j" and "k" move through a list, Enter opens.
"use strict";
(() => {
  const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
  const rows = () => [...document.querySelectorAll("tbody th a, .piles a, .open-me")];
  const go = { t: "/", c: "/claims", f: "/files", m: "/remittances", r: "/requests", d: "/denials", h: "/worklists/held", u: "/unmatched", p: "/partners", o: "/codes", e: "/reports", s: "/submit" };
  let before = "";
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) {
      if (e.key === "Escape" && typing(e.target)) e.target.blur();
      return;
    }
    const was = before;
    before = "";
    if (e.key === "?") {
      const keys = document.getElementById("keys");
      if (keys) { keys.open ? keys.close() : keys.showModal(); }
    } else if (e.key === "/") {
      const find = document.getElementById("number");
      if (find) { find.focus(); e.preventDefault(); }
    } else if (e.key === "g") {
      before = "g";
    } else if (was === "g" && go[e.key] && (go[e.key].startsWith("/work") || document.querySelector(`nav a[href="${go[e.key]}"]`))) {
      location.href = go[e.key];
    } else if (e.key === "j" || e.key === "k") {
      const list = rows(), at = list.indexOf(document.activeElement);
      const next = list[e.key === "j" ? Math.min(at + 1, list.length - 1) : Math.max(at - 1, 0)];
      if (next) next.focus();
    }
  });
  // Where the way to the pages is one row, the page of now is in sight.
  const here = document.querySelector(".side [aria-current]"), side = here && here.parentElement;
  if (side && side.scrollWidth > side.clientWidth) side.scrollLeft = here.offsetLeft - (side.clientWidth - here.offsetWidth) / 2;
  // What was not taken is the first thing that a reader of the page comes to.
  const wrong = document.querySelector("main[data-refused] .problem, .problem[data-focus]");
  if (wrong) { wrong.tabIndex = -1; wrong.focus(); }
  // Esc closes what is open above the page, and gives the focus back.
  document.addEventListener("keydown", (e) => {
    const open = e.key === "Escape" && document.querySelector("details.me[open], details.sure[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
  // One menu is open at a time, and none once somebody looks elsewhere.
  document.addEventListener("click", (e) => {
    document.querySelectorAll("details.me[open]").forEach((d) => { if (!d.contains(e.target)) d.open = false; });
  });
})();
