"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const cells = new Map(data.rows.map((cell) => [cell.id, cell]));
  const names = data.classes.map((one) => one.name);
  const colours = new Map(data.classes.map((one) => [one.name, "rgb(" + one.colour.join(",") + ")"]));
  const schema = "alkaid/ihc-overrides/1";
  const storage = "alkaid-ihc-review:" + data.image + ":" + data.key;

  // Cell to {class (null: not scored), reader, when, reason}; what the report brought along comes first.
  const changes = new Map();
  for (const cell of data.rows) if (cell.reviewed) changes.set(cell.id, cell.reviewed);
  const before = [];
  let selected = null;
  let shown = [];

  const current = (cell) => (changes.has(cell.id) ? changes.get(cell.id).class : cell.class);
  const isChange = (change) =>
    change !== null && typeof change === "object" && (change.class === null || names.includes(change.class)) &&
    ["reader", "when", "reason"].every((key) => typeof change[key] === "string");

  function make(name, attributes, ...children) {
    const svg = ["svg", "polygon"].includes(name);
    const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  let silence = 0;
  function say(text) {
    $("said").textContent = text;
    clearTimeout(silence);
    silence = setTimeout(() => { $("said").textContent = ""; }, 5000);
  }

  // ---- scores -----------------------------------------------------------------------------------------------------

  // Counts of all cells of the section, with the changes on this page; `cell.class` is in the report's counts.
  function counts(changed) {
    const sum = data.cells.slice();
    if (!changed) return sum;
    for (const cell of data.rows) {
      const now = current(cell);
      if (now === cell.class) continue;
      if (cell.class !== null) sum[names.indexOf(cell.class)] -= 1;
      if (now !== null) sum[names.indexOf(now)] += 1;
    }
    return sum;
  }

  function hScore(sum) {
    const total = sum.reduce((a, b) => a + b, 0);
    return total ? (100 * (sum[1] + 2 * sum[2] + 3 * sum[3])) / total : null;
  }

  function showScore() {
    const sum = counts(true);
    const total = sum.reduce((a, b) => a + b, 0);
    const h = hScore(sum);
    const first = hScore(counts(false));
    const digits = (value) => (value === null ? "none" : value.toFixed(1));
    $("h").textContent = digits(h);
    const interval = data.interval ? " (95 % interval of the report " + data.interval.map(digits).join(" to ") + ")" : "";
    $("h-before").textContent = digits(h) === digits(first) ? interval : "before review " + digits(first) + interval;
    $("bars").replaceChildren(...sum.map((count, index) => {
      const bar = make("div", { title: names[index] + ": " + count });
      bar.style.width = (100 * count) / Math.max(total, 1) + "%";
      bar.style.background = colours.get(names[index]);
      return bar;
    }));
    const percent = (count) => ((100 * count) / Math.max(total, 1)).toFixed(1) + " %";
    $("percents").textContent =
      total + " tumour cells: " + names.map((name, index) => name + " " + sum[index] + " (" + percent(sum[index]) + ")").join(", ") +
      ". Positive " + percent(total - sum[0]) + ", strong " + percent(sum[3]) + ".";
    const changed = data.rows.filter((cell) => changes.has(cell.id) && current(cell) !== cell.class).length;
    $("progress").textContent =
      changes.size + " of " + data.rows.length + " cells on this page reviewed, " + changed +
      " changed. The call is recomputed by alkaid ihc --overrides overrides.json.";
    $("undo").disabled = before.length === 0;
  }

  // ---- cells ------------------------------------------------------------------------------------------------------

  function picture(cell) {
    const frame = make("div", { class: "frame" }, make("img", { src: "data:image/jpeg;base64," + cell.jpeg, alt: "cell " + cell.id, decoding: "async" }));
    const svg = make("svg", { viewBox: "0 0 " + cell.size.join(" "), "aria-hidden": "true", preserveAspectRatio: "none" });
    const stroke = colours.get(current(cell)) || "#777";
    for (const part of ["cell", "nucleus"]) {
      const points = cell[part].map((point) => point.join(",")).join(" ");
      svg.append(make("polygon", { class: part, points, stroke }));
    }
    frame.append(svg);
    return frame;
  }

  const words = (cell) => (current(cell) === null ? "not scored" : current(cell));

  function fill(item, cell) {
    const state = changes.has(cell.id) ? (current(cell) === cell.class ? "accepted" : "changed") : "";
    item.replaceChildren(
      picture(cell),
      make("div", { class: "name" }, make("b", {}, String(cell.id)), make("span", {}, words(cell) + " · " + cell.dab.toFixed(2))),
      make("div", { class: "state" }, state),
    );
  }

  const items = new Map();

  function showList() {
    const which = $("which").value;
    const fits = (cell) =>
      which === "all" || which === words(cell) || (which === "artefacts" && cell.artefacts.length > 0) ||
      (which === "open" && !changes.has(cell.id));
    const order = { doubt: (a, b) => b.doubt - a.doubt || a.id - b.id, dab: (a, b) => b.dab - a.dab || a.id - b.id, id: (a, b) => a.id - b.id };
    shown = data.rows.filter(fits).sort(order[$("sort").value]);
    $("list").replaceChildren(...shown.map((cell) => items.get(cell.id)));
    $("shown").textContent = shown.length + " of " + data.rows.length + " cells on this page";
  }

  function select(id) {
    const cell = cells.get(id);
    if (!cell) return;
    if (selected !== null) items.get(selected).setAttribute("aria-selected", "false");
    selected = id;
    const item = items.get(id);
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    $("list").setAttribute("aria-activedescendant", item.id);
    $("detail-heading").textContent = "Cell " + id + ": " + words(cell);
    $("large").replaceChildren(picture(cell));
    const button = (text, key, value) => {
      const made = make("button", { type: "button", "aria-pressed": String(current(cell) === value) }, text + " (" + key + ")");
      made.addEventListener("click", () => decide(value));
      return made;
    };
    $("buttons").replaceChildren(...names.map((name, index) => button(name, index, name)), button("do not score", "x", null));
    const facts = [
      ["DAB of the cytoplasm", cell.dab + " (classes begin at " + data.cut_offs.join(", ") + ")"],
      ["DAB of the nucleus", cell.nuclear],
      ["measured class", cell.measured],
      ["pattern", cell.pattern],
      ["granularity", cell.granularity],
      ["doubt", cell.doubt],
      ["in the tumour", cell.tumour ? "yes" : "no"],
      ["artefacts", cell.artefacts.join("; ") || "none"],
      ["place", cell.x + ", " + cell.y + " pixels"],
    ];
    const change = changes.get(id);
    if (change) facts.push(["reviewed", change.reader + ", " + change.when + (change.reason ? ": " + change.reason : "")]);
    $("facts").replaceChildren(...facts.map(([name, value]) => make("tr", {}, make("td", { class: "faint" }, name), make("td", {}, String(value)))));
  }

  function step(by) {
    const at = shown.findIndex((cell) => cell.id === selected);
    const next = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next) select(next.id);
  }

  // ---- changes ----------------------------------------------------------------------------------------------------

  function refresh(id) {
    fill(items.get(id), cells.get(id));
    showScore();
    if (selected === id) select(id);
    try {
      localStorage.setItem(storage, JSON.stringify({ reader: $("reader").value, changes: [...changes] }));
    } catch {
      say("This browser keeps no data for this page: export before you close it.");
    }
  }

  function decide(value) {
    const cell = cells.get(selected);
    if (!cell) return;
    const reader = $("reader").value.trim();
    if (!reader) {
      $("reader").focus();
      say("Give your name first: it is kept with the decision.");
      return;
    }
    const reason = $("reason").value.trim();
    if (value !== cell.class && !reason) {
      $("reason").focus();
      say("Give a reason for the change: it is kept with the decision.");
      return;
    }
    before.push([cell.id, changes.get(cell.id)]);
    const when = new Date().toISOString().slice(0, 19) + "Z";
    changes.set(cell.id, { class: value, reader, when, reason: value === cell.class ? "" : reason });
    refresh(cell.id);
    say("Cell " + cell.id + " is " + words(cell));
    step(1);
  }

  function undo() {
    const last = before.pop();
    if (!last) return;
    const [id, change] = last;
    if (change) changes.set(id, change);
    else changes.delete(id);
    refresh(id);
    select(id);
  }

  function exportFile() {
    const overrides = [...changes].sort(([a], [b]) => a - b).map(([id, change]) => {
      const cell = cells.get(id);
      return { cell: id, x_px: cell.x, y_px: cell.y, class: change.class, reader: change.reader, when: change.when, reason: change.reason };
    });
    const text = JSON.stringify({ schema, sample: data.sample, image: data.image, overrides }, null, 2) + "\n";
    const link = make("a", { download: "overrides.json", href: URL.createObjectURL(new Blob([text], { type: "application/json" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    say(overrides.length + " decisions exported");
  }

  async function importFile(file) {
    let found;
    try {
      found = JSON.parse(await file.text());
    } catch {
      return say("Not imported: the file is no JSON.");
    }
    if (!found || found.schema !== schema || !Array.isArray(found.overrides)) return say("Not imported: the file holds no overrides of this kind.");
    if (found.image !== data.image) return say("Not imported: these are overrides of " + found.image + ".");
    const near = (one, cell) => Math.hypot(one.x_px - cell.x, one.y_px - cell.y) <= 6;
    const known = found.overrides.filter((one) => one && cells.has(one.cell) && near(one, cells.get(one.cell)) && isChange(one));
    for (const { cell, class: value, reader, when, reason } of known) {
      before.push([cell, changes.get(cell)]);
      changes.set(cell, { class: value, reader, when, reason });
      refresh(cell);
    }
    showList();
    return say(known.length + " of " + found.overrides.length + " decisions imported");
  }

  // ---- start ------------------------------------------------------------------------------------------------------

  const keys = new Map([
    ["ArrowRight", () => step(1)], ["ArrowDown", () => step(1)], ["ArrowLeft", () => step(-1)], ["ArrowUp", () => step(-1)],
    ...names.map((name, index) => [String(index), () => decide(name)]),
    ["x", () => decide(null)],
    ["a", () => { if (cells.has(selected)) decide(current(cells.get(selected))); }],
    ["u", undo], ["e", exportFile],
    ["m", () => { $("marks").checked = !$("marks").checked; toggle(); }],
  ]);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keys.has(event.key)) return;
    event.preventDefault();
    keys.get(event.key)();
  });
  const toggle = () => document.body.classList.toggle("no-marks", !$("marks").checked);

  try {
    const kept = JSON.parse(localStorage.getItem(storage));
    if (kept && Array.isArray(kept.changes)) {
      $("reader").value = typeof kept.reader === "string" ? kept.reader : "";
      for (const [id, change] of kept.changes) if (cells.has(id) && isChange(change)) changes.set(id, change);
    }
  } catch {
    // Nothing was kept, or nothing may be.
  }
  $("which").append(...[["all", "all"], ["open", "not reviewed"], ...names.map((name) => [name, name]), ["not scored", "not scored"], ["artefacts", "with an artefact"]]
    .map(([value, text]) => make("option", { value }, text)));
  $("kit").textContent = data.kit;
  $("call").textContent = data.call;
  $("reasons").replaceChildren(...data.reasons.map((text) => make("li", {}, text)), make("li", {}, "pattern of most stained cells: " + data.pattern));
  $("cautions").replaceChildren(...[...data.review, ...data.warnings].map((text) => make("li", {}, text)));
  $("artefact-list").replaceChildren(...(data.artefacts.length ? data.artefacts : [{ name: "none found", what: "", pictures: [] }]).map((one) =>
    make("div", {}, make("b", {}, one.name), " ", one.what,
      make("div", { class: "pictures" }, ...one.pictures.map((jpeg) => make("img", { src: "data:image/jpeg;base64," + jpeg, alt: one.name }))))));
  $("not-judged").replaceChildren(...data.not_judged.map((text) => make("li", {}, text)));
  for (const cell of data.rows) {
    const item = make("li", { role: "option", id: "cell-" + cell.id, "aria-selected": "false" });
    item.addEventListener("click", () => select(cell.id));
    items.set(cell.id, item);
    fill(item, cell);
  }
  $("sort").addEventListener("change", showList);
  $("which").addEventListener("change", showList);
  $("marks").addEventListener("change", toggle);
  $("undo").addEventListener("click", undo);
  $("export").addEventListener("click", exportFile);
  $("import").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => {
    const [file] = $("file").files;
    if (file) importFile(file).then(() => { $("file").value = ""; });
  });
  showScore();
  showList();
  if (shown.length) select(shown[0].id);
})();
