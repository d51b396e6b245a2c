"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const patterns = new Map(data.patterns.map((pattern) => [pattern.key, pattern]));
  const nuclei = new Map(data.nuclei.map((nucleus) => [nucleus.id, nucleus]));
  const rank = new Map(data.draw_order.map((name, index) => [Number(name), index]));
  const seen = (side) => ((side === 3) === (data.three_prime_seen === "red") ? "red" : "green");
  const schema = "alkaid/fish-overrides/1";
  const storage = "alkaid-fish-gallery:" + data.sha256;

  // ---- what people said -------------------------------------------------------------------------------------------

  // Nucleus to {pattern (null: not scored), reader, when, reason}; what the report brought along comes first.
  const changes = new Map();
  for (const nucleus of data.nuclei) {
    if (nucleus.reviewed) changes.set(nucleus.id, nucleus.reviewed);
  }
  const before = [];

  const analysed = (nucleus) => (nucleus.excluded.length ? null : nucleus.pattern);
  const current = (nucleus) => {
    const change = changes.get(nucleus.id);
    return change ? change.pattern : analysed(nucleus);
  };
  const isChanged = (nucleus) => changes.has(nucleus.id) && current(nucleus) !== analysed(nucleus);

  function remember() {
    try {
      localStorage.setItem(storage, JSON.stringify({ reader: $("reader").value, changes: [...changes] }));
    } catch {
      say("This browser keeps no data for this page: export before you close it.");
    }
  }

  function recall() {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(storage));
    } catch {
      return;
    }
    if (!kept || !Array.isArray(kept.changes)) return;
    $("reader").value = typeof kept.reader === "string" ? kept.reader : "";
    changes.clear();
    let count = 0;
    for (const entry of kept.changes) {
      if (Array.isArray(entry) && nuclei.has(entry[0]) && isChange(entry[1])) {
        changes.set(entry[0], entry[1]);
        count += 1;
      }
    }
    if (count) say(count + (count === 1 ? " decision" : " decisions") + " taken back from this browser");
  }

  function isChange(change) {
    return (
      change !== null && typeof change === "object" &&
      (change.pattern === null || patterns.has(change.pattern)) &&
      ["reader", "when", "reason"].every((key) => typeof change[key] === "string")
    );
  }

  function decide(id, change) {
    before.push([id, changes.get(id)]);
    if (change) changes.set(id, change);
    else changes.delete(id);
    remember();
    refresh(id);
  }

  function undo() {
    const last = before.pop();
    if (!last) return;
    const [id, change] = last;
    if (change) changes.set(id, change);
    else changes.delete(id);
    remember();
    refresh(id);
    go(id);
    say("Nucleus " + id + " is " + words(nuclei.get(id)) + " again");
  }

  // ---- the kit's rule, on data ------------------------------------------------------------------------------------

  function callOn(patternOf) {
    const rule = data.rule;
    const order = [...nuclei.values()]
      .filter((nucleus) => patternOf(nucleus) !== null)
      .sort((one, other) => rank.get(one.id) - rank.get(other.id));
    const positive = (some) => some.filter((nucleus) => patterns.get(patternOf(nucleus)).positive).length;
    const call = { scorable: order.length, positiveOfAll: positive(order), steps: [], percent: null };
    if (data.refusals.length) {
      return { ...call, verdict: "not_suitable", reason: data.refusals.join("; ") };
    }
    if (order.length < rule.first_nuclei) {
      const reason = order.length + " of the " + rule.first_nuclei + " nuclei that the rule asks for can be scored";
      return { ...call, verdict: "not_suitable", reason };
    }
    const first = order.slice(0, rule.first_nuclei);
    const one = positive(first);
    call.steps.push({ nuclei: first, positive: one });
    call.percent = (100 * one) / first.length;
    const said = one + " of the first " + rule.first_nuclei + " nuclei are positive";
    if (one < rule.negative_below) {
      return { ...call, verdict: "negative", reason: said + ", fewer than " + rule.negative_below };
    }
    if (one > rule.positive_above) {
      return { ...call, verdict: "positive", reason: said + ", more than " + rule.positive_above };
    }
    const second = order.slice(rule.first_nuclei, rule.first_nuclei + rule.second_nuclei);
    if (second.length < rule.second_nuclei) {
      const more = rule.second_nuclei - second.length;
      const reason = said + ", which is equivocal; " + more + " more nuclei are needed for the second step";
      return { ...call, verdict: "equivocal", reason };
    }
    const two = positive(second);
    call.steps.push({ nuclei: second, positive: two });
    call.percent = (call.percent + (100 * two) / second.length) / 2;
    // In whole numbers, so that a share that equals the cut-off is at it.
    const sum = 100 * (one * second.length + two * first.length);
    const enough = sum >= 2 * rule.cut_off_percent * first.length * second.length;
    const reason =
      said + ", which is equivocal, and " + two + " of " + second.length + " others; the average of " +
      Number(call.percent.toFixed(2)) + " % is " + (enough ? "at or above " : "below ") + rule.cut_off_percent + " %";
    return { ...call, verdict: enough ? "positive" : "negative", reason };
  }

  const spoken = { positive: "positive", negative: "negative", equivocal: "equivocal", not_suitable: "not suitable for a call" };

  function showCall() {
    const call = callOn(current);
    const untouched = callOn(analysed);
    $("verdict").textContent = spoken[call.verdict];
    $("verdict").className = call.verdict;
    $("changed-verdict").textContent =
      call.verdict === untouched.verdict ? "" : "(" + spoken[untouched.verdict] + " before review)";
    $("reason").textContent = call.reason + ".";
    $("steps").replaceChildren(
      ...call.steps.map((step, index) => {
        const count = (key) => step.nuclei.filter((nucleus) => current(nucleus) === key).length;
        const parts = data.patterns.map((pattern) => count(pattern.key) + " " + pattern.name);
        return make("li", {}, "Step " + (index + 1) + ": " + step.positive + " of " + step.nuclei.length + " positive (" + parts.join(", ") + ")");
      }),
    );
    const share = call.scorable ? ((100 * call.positiveOfAll) / call.scorable).toFixed(1) + " %" : "none";
    $("all-nuclei").textContent =
      "Of all " + call.scorable + " scorable nuclei " + call.positiveOfAll + " are positive (" + share + "). Kit: " + data.kit + ".";
    const changed = [...nuclei.values()].filter(isChanged).length;
    $("progress").textContent =
      changes.size + " of " + nuclei.size + " nuclei reviewed, " + changed + " changed. Keys: ? for help.";
    $("undo").disabled = before.length === 0;
    return call;
  }

  function showCautions() {
    const cautions = [...data.warnings];
    // The report was made with the changes that it brought along.
    const call = callOn((nucleus) => (nucleus.reviewed ? nucleus.reviewed.pattern : analysed(nucleus)));
    const differs = call.percent !== null && data.call.percent !== null && Math.abs(call.percent - data.call.percent) > 1e-9;
    if (call.verdict !== data.call.verdict || differs) {
      cautions.unshift("This page comes to another call than the report (" + spoken[data.call.verdict] + "): trust the report, and tell the authors.");
    }
    $("cautions").replaceChildren(...cautions.map((text) => make("li", {}, text)));
  }

  // ---- drawing ----------------------------------------------------------------------------------------------------

  function make(name, attributes, ...children) {
    const svg = ["svg", "polygon", "circle"].includes(name);
    const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined) element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  }

  function words(nucleus) {
    const pattern = current(nucleus);
    return pattern === null ? "not scored" : patterns.get(pattern).name;
  }

  function countWords(nucleus) {
    const { fused, red, green } = nucleus.counts;
    const parts = [[fused, "F"], [red, "×3′"], [green, "×5′"]].filter(([count]) => count).map(([count, what]) => count + what);
    return parts.join(" ") || "no signal";
  }

  function picture(nucleus, filter, alt, colours = ["red", "green"]) {
    const frame = make("div", { class: "frame" });
    if (!nucleus.png) {
      frame.append(make("span", { class: "none" }, "no picture"));
      return frame;
    }
    const [width, height] = nucleus.size;
    const fit = make("div", { class: "fit " + (width >= height ? "wide" : "tall") });
    fit.style.aspectRatio = width + " / " + height;
    fit.append(make("img", { src: "data:image/png;base64," + nucleus.png, alt, class: filter, decoding: "async" }));
    const marks = make("svg", { viewBox: "-0.5 -0.5 " + width + " " + height, "aria-hidden": "true", preserveAspectRatio: "none" });
    if (nucleus.outline.length) {
      marks.append(make("polygon", { class: "outline", points: nucleus.outline.map((point) => point.join(",")).join(" ") }));
    }
    const radius = signalRadius(nucleus);
    for (const signal of nucleus.signals.filter((signal) => colours.includes(seen(signal.side)))) {
      marks.append(make("circle", { class: "spot " + seen(signal.side), cx: signal.at[0], cy: signal.at[1], r: radius }));
    }
    fit.append(marks);
    frame.append(fit);
    return frame;
  }

  // One signal diameter of the field as the radius, so that the ring leaves the signal free.
  function signalRadius(nucleus) {
    const field = data.fields[nucleus.field];
    const wide = field ? Math.max(...field.signal_um) / field.pixel_um : 4;
    return Number.isFinite(wide) && wide > 1 ? wide.toFixed(1) : 4;
  }

  function fill(item, nucleus) {
    const pattern = current(nucleus);
    const state = changes.has(nucleus.id) ? (isChanged(nucleus) ? " changed" : " accepted") : "";
    item.className = (pattern === null ? "unscored" : "scored") + state;
    const hidden = (text) => make("span", { class: "heard" }, text);
    const name = make("span", { class: "name" }, make("b", {}, hidden("Nucleus "), String(nucleus.id)), hidden(": "), make("span", {}, countWords(nucleus)));
    const said = make("span", { class: "pattern" }, words(nucleus), make("span", { class: "state" }, state ? " · " + state.trim() : ""), hidden(", doubt " + nucleus.doubt));
    item.replaceChildren(picture(nucleus, "eye", ""), name, said);
  }

  const items = new Map();
  let shown = [];
  let selected = null;
  let filter = "all";

  const filters = [
    ["all", "all", () => true],
    ...data.patterns.map((pattern) => [pattern.key, pattern.name, (nucleus) => current(nucleus) === pattern.key]),
    ["excluded", "not scored", (nucleus) => current(nucleus) === null],
    ["open", "not reviewed", (nucleus) => !changes.has(nucleus.id)],
    ["changed", "changed", isChanged],
  ];

  const orders = {
    // Scored nuclei first: doubt about a nucleus that is left out changes no call.
    doubt: (one, other) =>
      (analysed(one) === null) - (analysed(other) === null) || other.doubt - one.doubt || one.id - other.id,
    draw: (one, other) => (rank.get(one.id) ?? Infinity) - (rank.get(other.id) ?? Infinity) || one.id - other.id,
    id: (one, other) => one.id - other.id,
  };

  function showList() {
    const keep = filters.find(([key]) => key === filter)[2];
    shown = [...nuclei.values()].filter(keep).sort(orders[$("sort").value]);
    $("list").replaceChildren(...shown.map((nucleus) => items.get(nucleus.id)));
    $("shown").textContent = shown.length + " of " + nuclei.size + " nuclei shown";
    showChips();
    if (!shown.some((nucleus) => nucleus.id === selected)) select(shown.length ? shown[0].id : null);
    else select(selected);
  }

  function showChips() {
    $("chips").replaceChildren(
      ...filters.map(([key, name, keep]) => {
        const count = [...nuclei.values()].filter(keep).length;
        const chip = make("button", { type: "button", "aria-pressed": String(key === filter), "data-key": key }, name + " " + count);
        chip.addEventListener("click", () => {
          filter = key;
          showList();
          document.querySelector('#chips [data-key="' + key + '"]').focus();
        });
        return chip;
      }),
    );
  }

  function select(id) {
    const old = items.get(selected);
    if (old) old.setAttribute("aria-selected", "false");
    selected = id;
    const item = items.get(id);
    if (item && item.isConnected) {
      item.setAttribute("aria-selected", "true");
      $("list").setAttribute("aria-activedescendant", item.id);
    } else {
      $("list").removeAttribute("aria-activedescendant");
    }
    showDetail();
  }

  function refresh(id) {
    fill(items.get(id), nuclei.get(id));
    showCall();
    showChips();
    if (id === selected) showDetail();
  }

  function table(caption, head, rows) {
    const line = (cells, tag) => make("tr", {}, ...cells.map((cell) => make(tag, tag === "th" ? { scope: "col" } : {}, String(cell))));
    return make("table", {}, make("caption", {}, caption), make("thead", {}, line(head, "th")), make("tbody", {}, ...rows.map((row) => line(row, "td"))));
  }

  function facts(nucleus) {
    const field = data.fields[nucleus.field];
    const parts = [
      table("Nucleus", ["what", "value"], [
        ["field", (field ? field.name : nucleus.field) + ", label " + nucleus.label],
        ["signals", nucleus.counts.fused + " fused, " + nucleus.counts.red + " lone 3′, " + nucleus.counts.green + " lone 5′"],
        ["doubt", nucleus.doubt + " (0 sure, 1 either way)"],
        ["area", nucleus.area_um2 + " µm²"],
        ["solidity", nucleus.solidity],
        ["focus", nucleus.focus + " of the field's median"],
        ["DAPI", nucleus.dapi + " of the field's median"],
        ["place in the draw", rank.has(nucleus.id) ? rank.get(nucleus.id) + 1 : "none"],
      ]),
    ];
    if (nucleus.pairs.length) {
      const rows = nucleus.pairs.map((pair) => [pair.um + " ± " + pair.error_um + " µm", pair.diameters, pair.split ? "split" : "together"]);
      parts.push(table("Distances of 3′ and 5′ signals", ["distance", "signal diameters", "taken for"], rows));
    }
    if (nucleus.signals.length) {
      const rows = nucleus.signals.map((signal) => [
        signal.side + "′ (" + seen(signal.side) + ")", signal.snr, signal.confidence, signal.merged > 1 ? signal.merged + " merged" : "single",
      ]);
      parts.push(table("Signals", ["probe", "signal to noise", "confidence", "kind"], rows));
    }
    return parts;
  }

  function showDetail() {
    const nucleus = nuclei.get(selected);
    $("detail").className = nucleus && current(nucleus) === null ? "unscored" : "";
    if (!nucleus) {
      $("detail-heading").textContent = "No nucleus is selected";
      for (const part of ["views", "state", "buttons", "facts"]) $(part).replaceChildren();
      return;
    }
    $("detail-heading").textContent = "Nucleus " + nucleus.id + ": " + words(nucleus);
    const signals = (colour) => nucleus.signals.filter((signal) => seen(signal.side) === colour).length;
    const side = (colour) => ((colour === data.three_prime_seen) ? "3′" : "5′");
    const view = (filter, caption, alt, colours) => make("figure", {}, picture(nucleus, filter, alt, colours), make("figcaption", {}, caption));
    $("views").replaceChildren(
      view("eye", "all channels", "Nucleus " + nucleus.id + " in all channels"),
      view("only-dapi", "DAPI", "Nucleus " + nucleus.id + ", DAPI", []),
      view("only-red", side("red") + " (red)", "Nucleus " + nucleus.id + ", red channel, " + signals("red") + " signals", ["red"]),
      view("only-green", side("green") + " (green)", "Nucleus " + nucleus.id + ", green channel, " + signals("green") + " signals", ["green"]),
    );
    const lines = [];
    const base = analysed(nucleus);
    const reasons = nucleus.excluded.map((reason) => reason.replaceAll("_", " ")).join(", ");
    lines.push("Analysis: " + (base === null ? "not scored" + (reasons ? " (" + reasons + ")" : "") : patterns.get(base).name) + ".");
    const change = changes.get(nucleus.id);
    if (change) {
      const reason = change.reason ? ": " + change.reason : "";
      lines.push(change.reader + ", " + change.when.slice(0, 16).replace("T", " ") + ": " + words(nucleus) + reason + ".");
    }
    $("state").replaceChildren(...lines.map((line) => make("p", {}, line)));
    const button = (key, text, pressed, act) => {
      const made = make("button", { type: "button", "aria-pressed": pressed === null ? null : String(pressed), "aria-keyshortcuts": key }, text + " ", make("kbd", { "aria-hidden": "true" }, key));
      made.addEventListener("click", act);
      return made;
    };
    $("buttons").replaceChildren(
      ...data.patterns.map((pattern, index) =>
        button(String(index + 1), pattern.name, current(nucleus) === pattern.key, () => change_to(pattern.key))),
      button("x", "not scored", current(nucleus) === null, () => change_to(null)),
      button("a", "accept", null, accept),
    );
    $("facts").replaceChildren(...facts(nucleus));
  }

  // ---- deciding ---------------------------------------------------------------------------------------------------

  let asking = null;

  function ask(id, pattern, wantsReason) {
    const nucleus = nuclei.get(id);
    asking = { id, pattern, wantsReason };
    $("why-heading").textContent = wantsReason ? "Why?" : "Who reads?";
    const name = pattern === null ? "not scored" : patterns.get(pattern).name;
    $("why-what").textContent = "Nucleus " + id + ": " + words(nucleus) + " → " + name;
    $("why-reader").value = $("reader").value;
    $("why-reason").hidden = !wantsReason;
    $("why-text").value = "";
    $("why-missing").hidden = true;
    $("why").showModal();
    ($("reader").value.trim() ? $("why-text") : $("why-reader")).focus();
  }

  function answer(event) {
    const { id, pattern, wantsReason } = asking;
    if (event.submitter && event.submitter.value === "no") return;
    const reader = $("why-reader").value.trim();
    const reason = $("why-text").value.trim();
    const missing = !reader ? "Give your name: it is kept with the decision." : wantsReason && !reason ? "Give a reason: it is kept with the decision." : "";
    if (missing) {
      event.preventDefault();
      $("why-missing").textContent = missing;
      $("why-missing").hidden = false;
      (reader ? $("why-text") : $("why-reader")).focus();
      return;
    }
    $("reader").value = reader;
    save(id, pattern, reason);
    if (!wantsReason) step(1);
  }

  function save(id, pattern, reason) {
    decide(id, { pattern, reader: $("reader").value.trim(), when: new Date().toISOString().slice(0, 19) + "Z", reason });
    say("Nucleus " + id + " is " + words(nuclei.get(id)));
  }

  function change_to(pattern) {
    const nucleus = nuclei.get(selected);
    if (nucleus && current(nucleus) !== pattern) ask(nucleus.id, pattern, pattern !== analysed(nucleus));
  }

  function accept() {
    const nucleus = nuclei.get(selected);
    if (!nucleus) return;
    if (changes.has(nucleus.id)) {
      step(1);
      return;
    }
    if (!$("reader").value.trim()) {
      ask(nucleus.id, current(nucleus), false);
      return;
    }
    save(nucleus.id, current(nucleus), "");
    step(1);
  }

  function step(by) {
    const at = shown.findIndex((nucleus) => nucleus.id === selected);
    const next = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next) go(next.id);
  }

  // Selects and brings into view; a list that was only drawn again stays where it is.
  function go(id) {
    select(id);
    items.get(id).scrollIntoView({ block: "nearest" });
  }

  function columns() {
    const tops = shown.map((nucleus) => items.get(nucleus.id).offsetTop);
    const count = tops.findIndex((top) => top !== tops[0]);
    return count > 0 ? count : Math.max(shown.length, 1);
  }

  // ---- files ------------------------------------------------------------------------------------------------------

  function overrides() {
    const list = [...changes].sort(([one], [other]) => one - other).map(([id, change]) => {
      const nucleus = nuclei.get(id);
      const field = data.fields[nucleus.field];
      const { pattern, reader, when, reason } = change;
      return { nucleus: id, field: field ? field.name : "", label: nucleus.label, pattern, reader, when, reason };
    });
    return { schema, sample: data.sample, report_sha256: data.sha256, overrides: list };
  }

  function exportFile() {
    const text = JSON.stringify(overrides(), null, 2) + "\n";
    const link = make("a", { download: "overrides.json", href: URL.createObjectURL(new Blob([text], { type: "application/json" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    say(changes.size + (changes.size === 1 ? " decision" : " decisions") + " exported");
  }

  async function importFile(file) {
    let found;
    try {
      found = JSON.parse(await file.text());
    } catch {
      return say("Not imported: the file is no JSON.");
    }
    const list = found && found.overrides;
    if (!found || found.schema !== schema || !Array.isArray(list)) return say("Not imported: the file holds no overrides of this kind.");
    if (found.sample !== data.sample) return say("Not imported: these are overrides of sample " + found.sample + ".");
    if (found.report_sha256 !== data.sha256) return say("Not imported: they were made on another analysis of this sample.");
    const wrong = list.find((one) => {
      const nucleus = one && nuclei.get(one.nucleus);
      return !nucleus || nucleus.label !== one.label || !isChange(one);
    });
    if (wrong) return say("Not imported: nucleus " + (wrong && wrong.nucleus) + " is unknown or its entry incomplete.");
    for (const { nucleus, pattern, reader, when, reason } of list) {
      before.push([nucleus, changes.get(nucleus)]);
      changes.set(nucleus, { pattern, reader, when, reason });
      fill(items.get(nucleus), nuclei.get(nucleus));
    }
    remember();
    showCall();
    showList();
    return say(list.length + (list.length === 1 ? " decision" : " decisions") + " imported");
  }

  // ---- hands ------------------------------------------------------------------------------------------------------

  let silence = 0;
  function say(text) {
    $("said").textContent = text;
    clearTimeout(silence);
    silence = setTimeout(() => { $("said").textContent = ""; }, 6000);
  }

  function toggleMarks() {
    document.body.classList.toggle("no-marks", !$("marks").checked);
  }

  const keys = [
    [["ArrowRight", "j"], "→ j", "next nucleus", () => step(1)],
    [["ArrowLeft", "k"], "← k", "previous nucleus", () => step(-1)],
    [["ArrowDown"], "↓", "nucleus below", () => step(columns())],
    [["ArrowUp"], "↑", "nucleus above", () => step(-columns())],
    ...data.patterns.map((pattern, index) => [[String(index + 1)], String(index + 1), "set " + pattern.name, () => change_to(pattern.key)]),
    [["x"], "x", "do not score", () => change_to(null)],
    [["a"], "a", "accept and go on", accept],
    [["u"], "u", "undo", undo],
    [["m"], "m", "outlines and signals on or off", () => { $("marks").checked = !$("marks").checked; toggleMarks(); }],
    [["e"], "e", "export overrides.json", exportFile],
    [["?"], "?", "this help", () => $("keys").showModal()],
  ];

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    const typing = target.closest("input:not([type=checkbox]), select, textarea, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const found = keys.find(([names]) => names.includes(event.key));
    if (!found) return;
    event.preventDefault();
    found[3]();
  });

  $("keys-list").append(...keys.flatMap(([, name, what]) => [make("dt", {}, make("kbd", {}, name)), make("dd", {}, what)]));
  $("reasons").append(...["overlapping nuclei", "signals out of focus", "background or debris", "doublet, one locus", "signals further apart than two diameters", "signals together in another plane"].map((text) => make("option", { value: text })));
  $("why").addEventListener("submit", answer);
  $("sort").addEventListener("change", showList);
  $("marks").addEventListener("change", toggleMarks);
  $("undo").addEventListener("click", undo);
  $("export").addEventListener("click", exportFile);
  $("import").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => {
    const [file] = $("file").files;
    if (file) importFile(file).then(() => { $("file").value = ""; });
  });
  $("help").addEventListener("click", () => $("keys").showModal());
  $("reader").addEventListener("change", remember);

  recall();
  for (const nucleus of data.nuclei) {
    const item = make("li", { role: "option", id: "nucleus-" + nucleus.id, "aria-selected": "false" });
    item.addEventListener("click", () => select(nucleus.id));
    items.set(nucleus.id, item);
    fill(item, nucleus);
  }
  showCautions();
  showCall();
  showList();
})();
