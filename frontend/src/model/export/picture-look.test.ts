import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PAPER_LOOK } from "./picture-look.ts";

test("pictures for paper have the colours of the light theme", () => {
  const css = readFileSync(new URL("../../styles/tokens.css", import.meta.url), "utf8");
  const light = css.match(/:root\[data-theme="light"\] \{([^}]+)\}/)![1]!;
  const token = (name: string) => light.match(new RegExp(`--${name}: ([^;]+);`))![1]!;
  const { traces, labelFont, strongFont, ...look } = PAPER_LOOK;
  expect(look).toEqual({
    well: token("bg-0"),
    panel: token("bg-2"),
    popover: token("bg-3"),
    edge: token("line-2"),
    hatch: token("hatch"),
    unknown: token("unknown"),
    grid: token("grid"),
    frame: token("frame"),
    plan: token("plan"),
    planShade: token("plan-shade"),
    text1: token("text-1"),
    text2: token("text-2"),
    text3: token("text-3"),
    fail: token("fail"),
    warn: token("warn"),
    accent: token("accent"),
    bandOpacity: Number(token("band-opacity")),
  });
  for (const font of [labelFont, strongFont]) expect(font).toMatch(/^[46]00 11\.5px 'Inter Variable'/);
  for (const [role, colour] of Object.entries(traces)) {
    expect(colour).toBe(token(`trace-${role === "persistence" ? "live" : role}`));
  }
});
