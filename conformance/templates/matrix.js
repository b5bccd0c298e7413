"use strict";
(() => {
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const root = document.documentElement;
  const table = find("#matrix");
  const filters = find("#filters");
  const rows = all("tbody tr[data-id]", table);
  root.classList.add("scripted");
  filters.hidden = false;

  // What sticks to the edges must not cover what is scrolled to.
  const sizes = new ResizeObserver(() => {
    root.style.setProperty("--bar", `${filters.offsetHeight}px`);
    root.style.setProperty("--head", `${table.tHead.offsetHeight}px`);
    root.style.setProperty("--side", `${find(".corner", table).offsetWidth}px`);
  });
  sizes.observe(filters);
  sizes.observe(table.tHead);

  // Filters.
  const texts = new Map();
  const textOf = (row) => {
    const id = row.dataset.id;
    if (!texts.has(id)) {
      texts.set(id, `${row.textContent} ${document.getElementById(id).textContent}`.toLowerCase());
    }
    return texts.get(id);
  };
  const pressed = (kind) =>
    all(`button[data-filter=${kind}][aria-pressed=true]`, filters).map((button) => button.dataset.value);
  const filter = () => {
    const words = find("#text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const marks = pressed("mark");
    const levels = pressed("level");
    const group = find("#group").value;
    const mixed = find("#mixed")?.checked ?? false;
    let shown = 0;
    for (const row of rows) {
      const cells = all("td", row);
      const fits = (cell) => marks.length === 0 || marks.includes(cell.dataset.mark);
      const show =
        (!group || row.parentElement.dataset.group === group) &&
        (levels.length === 0 || levels.includes(row.dataset.level)) &&
        (!mixed || "mixed" in row.dataset) &&
        cells.some(fits) &&
        words.every((word) => textOf(row).includes(word));
      row.hidden = !show;
      shown += show ? 1 : 0;
      for (const cell of cells) cell.classList.toggle("dim", !fits(cell));
    }
    for (const body of table.tBodies) body.hidden = all("tr[data-id]", body).every((row) => row.hidden);
    find("#shown").textContent = `${shown} of ${rows.length} cases`;
    find("#nothing").hidden = shown > 0;
    rove();
  };
  filters.addEventListener("input", filter);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-filter]");
    if (!button) return;
    button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
    filter();
  });
  filters.addEventListener("reset", () => {
    for (const button of all("button[aria-pressed]", filters)) button.setAttribute("aria-pressed", "false");
    setTimeout(filter);
  });

  // One cell of the matrix is in the order of tabs; arrows go from cell to cell.
  const visible = () => rows.filter((row) => !row.hidden);
  const links = (row) => all("a", row);
  let stop = null;
  const rove = (to) => {
    const first = visible()[0];
    const next = to ?? (stop && !stop.closest("tr").hidden ? stop : first && links(first)[0]);
    if (stop) stop.tabIndex = -1;
    stop = next ?? null;
    if (stop) stop.tabIndex = 0;
  };
  const step = (row, by) => {
    const shown = visible();
    return shown[Math.min(Math.max(shown.indexOf(row) + by, 0), shown.length - 1)];
  };
  for (const link of rows.flatMap(links)) link.tabIndex = -1;
  table.addEventListener("keydown", (event) => {
    const link = event.target.closest("tbody a");
    if (!link || event.altKey || event.ctrlKey || event.metaKey) return;
    const row = link.closest("tr");
    const at = link.parentElement.cellIndex;
    const near = (row, at) => row && (row.cells[at]?.querySelector("a") ?? links(row)[0]);
    const beside = (by) => {
      for (let next = at + by; row.cells[next]; next += by) {
        const found = row.cells[next].querySelector("a");
        if (found) return found;
      }
      return link;
    };
    const moves = {
      ArrowUp: () => near(step(row, -1), at),
      ArrowDown: () => near(step(row, 1), at),
      ArrowLeft: () => beside(-1),
      ArrowRight: () => beside(1),
      PageUp: () => near(step(row, -10), at),
      PageDown: () => near(step(row, 10), at),
      Home: () => links(row)[0],
      End: () => links(row).at(-1),
    };
    const to = moves[event.key]?.();
    if (!to) return;
    event.preventDefault();
    rove(to);
    to.focus();
    to.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  table.addEventListener("focusin", (event) => {
    const link = event.target.closest("tbody a");
    if (link) rove(link);
  });

  // A case opens beside the matrix, with the product that was asked for on top.
  const toolbar = document.createElement("div");
  toolbar.id = "toolbar";
  toolbar.setAttribute("role", "toolbar");
  toolbar.setAttribute("aria-label", "Go through the matrix");
  const button = (text, label, act, name = "") => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.title = label;
    made.setAttribute("aria-label", label);
    made.className = name;
    made.addEventListener("click", act);
    toolbar.append(made);
  };
  const go = (key) => () => {
    const from = current() ?? stop;
    if (!from) return;
    const press = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    from.dispatchEvent(press);
    location.replace(stop.hash);
  };
  button("↑", "Previous case", go("ArrowUp"));
  button("↓", "Next case", go("ArrowDown"));
  button("←", "Previous product", go("ArrowLeft"));
  button("→", "Next product", go("ArrowRight"));
  button("✕", "Close (Escape)", () => close(), "close");

  const current = () => find("a[aria-current]", table);
  const open = () => {
    const place = decodeURIComponent(location.hash.slice(1));
    const target = place ? document.getElementById(place) : null;
    const article = target?.closest("article");
    for (const old of all("article.open")) {
      old.classList.remove("open");
      old.removeAttribute("role");
    }
    for (const old of all(".current")) old.classList.remove("current");
    current()?.removeAttribute("aria-current");
    if (!article) return;
    article.prepend(toolbar);
    article.classList.add("open");
    article.setAttribute("role", "dialog");
    const results = all(".result", article);
    results.sort((one, other) => one.dataset.column - other.dataset.column);
    const last = find(".plain", article);
    for (const result of results) article.insertBefore(result, last);
    if (target !== article) {
      target.classList.add("current");
      if (target.matches(".result")) {
        find("header", article).after(target);
        for (const log of all("details", target)) log.open = true;
      }
    }
    const link = all("a", table).find((link) => link.hash === location.hash);
    if (link) {
      link.setAttribute("aria-current", "true");
      rove(link);
      // Once the panel has taken its room.
      requestAnimationFrame(() => requestAnimationFrame(() => {
        for (const shown of [find("#scroller"), link]) {
          shown.scrollIntoView({ block: "nearest", inline: "nearest" });
        }
      }));
    }
    article.tabIndex = -1;
    article.focus({ preventScroll: true });
    article.scrollTop = 0;
  };
  const close = () => {
    const link = current();
    history.replaceState(null, "", location.pathname + location.search);
    open();
    (link ?? stop)?.focus();
  };
  addEventListener("hashchange", open);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && find("article.open")) close();
    if (event.key === "/" && !event.target.closest("input, select")) {
      event.preventDefault();
      find("#text").focus();
    }
  });
  // Paper has room for all that a screen folds away.
  addEventListener("beforeprint", () => all("details").forEach((details) => (details.open = true)));

  filter();
  open();
})();
