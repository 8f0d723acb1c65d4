import type { TestLab } from "@pnmlab/testkit";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath, complaintsOf, PATIENCE_MS } from "./chromium.ts";
import { openLab } from "./open-lab.ts";

let lab: TestLab;
let browser: Browser;
let page: Page;
let complaints: string[];
let path: string;

const run = chromiumPath ? test : test.skip;
const receives = (on: Page) => on.waitForFunction(() => (window.pnmlab?.trace()?.sequence ?? 0) > 20);
const surface = (on: Page) => on.locator(".plot__surface");
const cell = (on: Page, text: string | RegExp) => on.locator(".status-line .cell", { hasText: text });

beforeAll(async () => {
  if (!chromiumPath) {
    console.warn("browser tests skipped: no Chromium is installed");
    return;
  }
  ({ lab, browser, page, complaints } = await openLab());
  await page.goto(lab.signInLink());
  path = `${lab.url}/live/lab-cmts-1/${lab.simulator.devices[0]!.rfPorts[0]!.ifIndex}`;
  await page.goto(path);
  await page
    .getByRole("button", { name: /^Start/ })
    .first()
    .click();
  await receives(page);
});

afterAll(async () => {
  await browser?.close();
  await lab?.[Symbol.asyncDispose]();
});

async function boxOf(element: Locator) {
  return (await element.boundingBox())!;
}

/** A point of the plot as shares of its size. */
async function at(x: number, y: number, on = page): Promise<[number, number]> {
  const box = await boxOf(surface(on));
  return [box.x + x * box.width, box.y + y * box.height];
}

/** Looks at the running capture from a screen that is touched, as the same user. */
async function onTouchScreen<Result>(
  size: { width: number; height: number },
  look: (screen: Page, context: BrowserContext) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext({
    viewport: size,
    hasTouch: true,
    isMobile: true,
    storageState: await page.context().storageState(),
  });
  try {
    const screen = await context.newPage();
    const said = complaintsOf(screen);
    screen.setDefaultTimeout(PATIENCE_MS);
    await screen.goto(path);
    await receives(screen);
    const result = await look(screen, context);
    expect(said).toEqual([]);
    return result;
  } finally {
    await context.close();
  }
}

/** Nothing of the page lies beyond its right edge. */
async function holdsItsWidth(screen: Page, names: RegExp[]): Promise<void> {
  const { width } = screen.viewportSize()!;
  for (const name of names) {
    const box = await boxOf(screen.getByRole("button", { name }).first());
    expect(box.x + box.width, String(name)).toBeLessThanOrEqual(width);
  }
}

/** Moves fingers over the plot as the browser would tell of them. */
async function touch(screen: Page, context: BrowserContext, steps: [number, number][], pauseMs = 0) {
  const session = await context.newCDPSession(screen);
  const points = await Promise.all(steps.map(([x, y]) => at(x, y, screen)));
  const send = (type: "touchStart" | "touchMove" | "touchEnd", point?: [number, number]) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: point ? [{ x: point[0], y: point[1] }] : [],
    });
  const begun = send("touchStart", points[0]!);
  if (pauseMs > 0) await screen.waitForTimeout(pauseMs);
  // One after the other without waiting for answers, so that a busy machine does not slow the finger.
  await Promise.all([begun, ...points.slice(1).map((point) => send("touchMove", point)), send("touchEnd")]);
}

run(
  "zoom and markers survive a page that shrinks to a laptop's, where the drawer becomes a strip",
  async () => {
    await page.keyboard.press("p");
    await page.getByRole("button", { name: "5–42" }).click();
    await page.waitForURL((url) => url.searchParams.get("f") === "5_42" && url.searchParams.has("m"));
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.locator(".drawer").waitFor({ state: "detached" });
    await page.locator(".strip").waitFor();
    expect((await boxOf(page.locator(".timeline__strip"))).height).toBe(76);
    await page.getByText(/^\+\d+ more$/).click();
    await page.getByRole("dialog").getByText("Scale").waitFor();
    await page.keyboard.press("Escape");
    expect(await page.locator(".bank__chip--off:visible").count()).toBe(0);
    await holdsItsWidth(page, [/^Stop/, /^Ch,/]);
    expect(page.url()).toMatch(/f=5_42/);
    expect(page.url()).toMatch(/m=1_normal/);
  },
);

run("a low page keeps one pane that is high enough, one row of readouts and one lane", async () => {
  await page.setViewportSize({ width: 1280, height: 600 });
  const pane = (name: string) => page.getByRole("group", { name: "Pane" }).getByRole("button", { name });
  await expect.poll(() => pane("Trace").getAttribute("aria-pressed")).toBe("true");
  expect((await boxOf(page.locator(".status-line"))).height).toBeLessThan(32);
  expect((await boxOf(page.locator(".lanes"))).height).toBeLessThan(30);
  expect((await boxOf(surface(page))).height).toBeGreaterThan(240);
  await page.keyboard.press("Shift+W");
  await expect.poll(() => pane("Waterfall").getAttribute("aria-pressed")).toBe("true");
  await page.mouse.move(...(await at(0.5, 0.5)));
  await expect.poll(() => surface(page).getAttribute("data-zone")).toBe("waterfall");
});

run("a very wide page stacks two tabs, and the drawer keeps the width it was given", async () => {
  await page.setViewportSize({ width: 2000, height: 1100 });
  await page.getByRole("button", { name: "Two tabs, one above the other" }).click();
  await page.getByRole("tablist", { name: "Details below" }).waitFor();
  expect(await page.getByRole("tabpanel").count()).toBe(2);
  await page.getByRole("slider", { name: "Width of the drawer" }).press("ArrowLeft");
  await page.reload();
  await page.getByRole("tablist", { name: "Details below" }).waitFor();
  expect((await boxOf(page.locator(".drawer"))).width).toBe(360);
  await page.setViewportSize({ width: 1600, height: 1000 });
  await page.getByRole("tablist", { name: "Details below" }).waitFor({ state: "detached" });
  await receives(page);
  await page.keyboard.press("Delete");
  await page.waitForURL((url) => !url.searchParams.has("m"));
});

run("a tablet has a bar of five, a sheet from below and readouts that scroll", async () => {
  await onTouchScreen({ width: 1024, height: 768 }, async (screen, context) => {
    const bar = screen.getByRole("navigation", { name: "Pages" });
    expect(await bar.locator(".rail__entry:visible").count()).toBe(5);
    const place = await boxOf(bar);
    expect(place.y + place.height).toBeCloseTo(768, 0);
    expect((await boxOf(screen.locator(".timeline__strip"))).height).toBe(64);
    await holdsItsWidth(screen, [/^Stop/, /^Details/, /^More/]);
    const line = screen.locator(".status-line");
    expect(await line.evaluate((element) => element.scrollWidth > element.clientWidth)).toBe(true);
    expect(await screen.getByText(/^\+\d+ more$/).count()).toBe(0);

    await screen.getByRole("button", { name: "Details" }).tap();
    const body = await boxOf(screen.locator(".monitor__body"));
    const sheet = screen.locator(".drawer");
    await expect.poll(async () => (await boxOf(sheet)).height / body.height).toBeCloseTo(0.4, 1);
    await screen.getByRole("button", { name: "Raise the sheet" }).tap();
    await expect.poll(async () => (await boxOf(sheet)).height / body.height).toBeCloseTo(0.9, 1);
    await screen.getByRole("button", { name: "Close the drawer" }).tap();

    await touch(screen, context, [[0.5, 0.2]], 800);
    await screen.waitForURL((url) => /^1_normal_/.test(url.searchParams.get("m") ?? ""));
    await bar.getByRole("button", { name: /^More/ }).tap();
    await screen.getByRole("link", { name: "Captures" }).tap();
    await screen.waitForURL(/\/captures/);
  });
});

run("a narrow page shows one pane, goes to the other with a swipe and only reads and marks", async () => {
  await onTouchScreen({ width: 600, height: 900 }, async (screen, context) => {
    const waterfall = screen.getByRole("group", { name: "Pane" }).getByRole("button", { name: "Waterfall" });
    expect(await waterfall.getAttribute("aria-pressed")).toBe("false");
    const swiped = async () => {
      await touch(screen, context, [
        [0.7, 0.5],
        [0.6, 0.5],
        [0.3, 0.5],
      ]);
      return await waterfall.getAttribute("aria-pressed");
    };
    // A busy machine may take so long over the fingers' way that it is a press and no swipe.
    await expect.poll(swiped, { timeout: PATIENCE_MS, interval: 500 }).toBe("true");
    expect(await screen.getByRole("button", { name: /^(Start|Single|Qualify)/ }).count()).toBe(0);
    await screen.getByRole("button", { name: "Details" }).tap();
    expect(await screen.getByRole("tab", { name: "Set-up" }).count()).toBe(0);
  });
});

run("F fills the screen with the pane under the pointer and gives it back", async () => {
  await page.mouse.move(...(await at(0.5, 0.8)));
  await page.locator(".tip").waitFor();
  await page.keyboard.press("f");
  const waterfall = page.getByRole("group", { name: "Pane" }).getByRole("button", { name: "Waterfall" });
  await expect.poll(() => waterfall.getAttribute("aria-pressed")).toBe("true");
  await expect.poll(() => page.evaluate(() => document.fullscreenElement !== null)).toBe(true);
  await page.keyboard.press("f");
  await waterfall.waitFor({ state: "detached" });
  await page.locator(".bank").waitFor();
});

run(
  "a double click in the waterfall sets a marker in time and stays live; Ctrl Z takes it back",
  async () => {
    await page.mouse.dblclick(...(await at(0.5, 0.6)));
    await page.waitForURL((url) => /^1_normal_[a-z]+_\d+_z\d+_x$/.test(url.searchParams.get("m") ?? ""));
    await page.getByRole("tab", { name: "Markers" }).click();
    const row = page.getByRole("table", { name: "Markers" }).locator("tbody tr").first();
    await row.getByText(/\d\d:\d\d:\d\d\.\d/).waitFor();
    await expect.poll(() => row.textContent()).toMatch(/−?\d+\.\d dBmV/);
    await page.waitForTimeout(500);
    expect(await page.getByText("Playback, not live").count()).toBe(0);
    await page.keyboard.press("Control+z");
    await row.waitFor({ state: "detached" });
  },
);

run(
  "one click in the waterfall still shows that frame, and R makes a reference that the address keeps",
  async () => {
    await page.mouse.click(...(await at(0.5, 0.61)));
    await page.getByText("Playback, not live").waitFor();
    await page.keyboard.press("r");
    await page.waitForURL((url) => /^rec:ring-.+@\d+-\d+$/.test(url.searchParams.get("ref") ?? ""));
    await page.reload();
    await page.locator(".bank__toggle", { hasText: /Reference\s*.*mean of \d+ frames/ }).waitFor();
    await page.keyboard.press("l");
    await page.getByText("Playback, not live").waitFor({ state: "detached" });
  },
);

run(
  "the sheet lists the keys of markers, playback and events, and the search finds what has no key",
  async () => {
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keys of this page" });
    for (const group of ["Capture", "Traces", "View", "Markers", "Playback", "Events", "Everywhere"]) {
      await sheet.getByRole("heading", { name: group, exact: true }).waitFor();
    }
    for (const does of ["Remove the active marker", "One frame back", "Next event", "Timeline"]) {
      await sheet.getByText(does, { exact: true }).waitFor();
    }
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Page, RF port or action").fill("drawer truth");
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "Truth", selected: true }).waitFor();
    await page.keyboard.press("[");
    await page.locator(".timeline").waitFor({ state: "detached" });
    await page.keyboard.press("[");
    await page.locator(".timeline").waitFor();
  },
);

run("single-letter keys are turned off in the settings; the others and the search go on", async () => {
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("group", { name: "Single-letter keys" }).getByRole("button", { name: "Off" }).click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.mouse.click(...(await at(0.5, 0.2)));
  const refLevel = cell(page, "Ref level");
  const before = await refLevel.textContent();
  await page.keyboard.press("m");
  await page.keyboard.press("?");
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => refLevel.textContent()).not.toBe(before);
  expect(new URL(page.url()).searchParams.get("m")).toBeNull();
  expect(await page.getByRole("dialog", { name: "Keys of this page" }).count()).toBe(0);
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Page, RF port or action").fill("single-letter keys");
  await page.getByRole("option", { name: "Single-letter keys: on" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("m");
  await page.waitForURL((url) => url.searchParams.has("m"));
  expect(complaints).toEqual([]);
});
