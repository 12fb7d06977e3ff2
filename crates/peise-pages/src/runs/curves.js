"use strict";
// Tells the values under the pointer, or where the arrow keys lead. Everything else works without it.
for (const plot of document.querySelectorAll(".plot")) {
  const { low: least, high: most, step: stepWord, training, validation } = plot.dataset;
  const low = Number(least), span = Number(most) - low;
  const cross = plot.querySelector(".cross"), tip = plot.querySelector(".tip");
  const read = (path) => {
    const numbers = path ? path.dataset.at.split(" ") : [];
    const points = [];
    for (let k = 0; k < numbers.length; k += 2) points.push({ step: Number(numbers[k]), value: numbers[k + 1] });
    return points;
  };
  const runs = Array.from(plot.querySelectorAll(".inner > g"), (group) => {
    const [smooth, valid] = [".smooth", ".valid"].map((kind) => group.querySelector(kind));
    return { group, name: group.dataset.name, line: valid || smooth, training: read(smooth), validation: read(valid) };
  });
  // The box below the pointer says the same; a second one would cover it.
  for (const title of plot.querySelectorAll("title")) title.remove();

  const add = (parent, tag, text = "") => {
    const element = parent.appendChild(document.createElement(tag));
    element.textContent = text;
    return element;
  };
  // Nothing where the line has not begun or is over.
  const nearest = (points, step) => {
    let left = 0, right = points.length - 1;
    if (right < 0 || step < points[0].step - 0.02 * span || step > points[right].step + 0.02 * span) return null;
    while (right - left > 1) {
      const middle = (left + right) >> 1;
      if (points[middle].step < step) left = middle; else right = middle;
    }
    return step - points[left].step < points[right].step - step ? points[left] : points[right];
  };
  let share = 0.5;
  const tell = () => {
    const box = plot.getBoundingClientRect();
    const step = low + share * span;
    tip.replaceChildren();
    const head = add(tip, "tr");
    for (const word of [`${stepWord} ${Math.round(step)}`, training, validation]) add(head, "th", word);
    for (const run of runs) {
      const [trained, validated] = [nearest(run.training, step), nearest(run.validation, step)];
      if (!trained && !validated || getComputedStyle(run.group).display === "none") continue;
      const row = add(tip, "tr"), name = add(row, "th");
      if (run.name) {
        add(name, "i").style.background = getComputedStyle(run.line).stroke;
        add(name, "bdi", run.name);
      }
      add(row, "td", trained ? trained.value : "–");
      const cell = add(row, "td", validated ? validated.value : "–");
      if (validated) add(cell, "small", ` @ ${validated.step}`);
    }
    cross.hidden = tip.hidden = false;
    cross.style.left = `${100 * share}%`;
    tip.style.left = 0;
    const width = tip.offsetWidth;
    const left = share * box.width + (share < 0.5 ? 14 : -14 - width);
    tip.style.left = `${Math.max(0, Math.min(box.width - width, left))}px`;
  };
  const move = (to) => {
    share = Math.min(1, Math.max(0, to));
    tell();
  };
  const point = (event) => {
    const box = plot.getBoundingClientRect();
    move((event.clientX - box.left) / box.width);
  };
  const leave = () => { cross.hidden = tip.hidden = true; };
  plot.addEventListener("pointermove", point);
  plot.addEventListener("pointerdown", point);
  plot.addEventListener("pointerleave", leave);
  plot.tabIndex = 0;
  plot.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -0.01, ArrowRight: 0.01 }[event.key];
    if (!by) return;
    event.preventDefault();
    move(share + by);
  });
  plot.addEventListener("focus", () => { if (plot.matches(":focus-visible")) tell(); });
  plot.addEventListener("blur", leave);
}
