// Called by scripts/check-pages, which has put the modules beside a copy of this file.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";
import fs from "node:fs";
import puppeteer from "puppeteer-core";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu"],
});
let faults = 0;
for (const file of process.argv.slice(2)) {
  for (const scheme of ["light", "dark"]) {
    for (const fault of await check(path.resolve(file), scheme)) {
      faults += 1;
      console.error(`${file} (${scheme}): ${fault}`);
    }
  }
}
await browser.close();
console.log(`${process.argv.length - 2} pages looked at, ${faults} faults`);
process.exit(faults === 0 ? 0 : 1);

async function check(file, scheme) {
  const faults = [];
  const page = await browser.newPage();
  await page.setBypassCSP(true);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  page.on("pageerror", (error) => faults.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith("file:") && !url.startsWith("data:") && !url.startsWith("blob:")) faults.push(`asks for ${url}`);
  });
  await page.goto(pathToFileURL(file), { waitUntil: "load" });
  faults.push(...(await page.evaluate(emptyPictures)));
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  for (const one of violations.filter((one) => ["serious", "critical"].includes(one.impact))) {
    faults.push(`${one.id}: ${one.help} (${one.nodes.length}, first ${one.nodes[0].target.join(" ")})`);
  }
  await page.close();
  return faults;
}

// Runs within the page.
function emptyPictures() {
  const faults = [];
  for (const image of document.images) {
    if (image.complete && image.naturalWidth === 0) faults.push(`picture does not load: ${image.alt}`);
  }
  for (const svg of document.querySelectorAll("svg")) {
    // Marks over a picture, which stands for itself.
    if (svg.closest('[aria-hidden="true"]')) continue;
    const name = svg.querySelector("title")?.textContent ?? svg.getAttribute("aria-label") ?? "?";
    const box = svg.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || svg.childElementCount < 3) faults.push(`drawing is empty: ${name}`);
  }
  return faults;
}
