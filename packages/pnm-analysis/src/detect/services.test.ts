import { expect, test } from "vitest";
import { RADIO_SERVICES, serviceAt } from "./services.ts";

test("services stand in the order of their frequencies and end above where they begin", () => {
  RADIO_SERVICES.forEach((service, i) => {
    expect(service.upperHz).toBeGreaterThan(service.lowerHz);
    expect(service.lowerHz).toBeGreaterThanOrEqual(RADIO_SERVICES[i - 1]?.lowerHz ?? 0);
  });
});

test("the narrowest band names a frequency that lies in several", () => {
  expect(serviceAt(87.7e6, 0, "americas")).toBe("FM broadcast");
  expect(serviceAt(157e6, 0)).toBe("Marine");
  expect(serviceAt(13.565e6, 25e3)).toBe("ISM 13.56 MHz");
});

test("where the regions have different services both are named until one is chosen", () => {
  expect(serviceAt(200e6, 0)).toBe("TV, high VHF or DAB");
  expect(serviceAt(200e6, 0, "europe")).toBe("DAB");
  expect(serviceAt(225e6, 0, "americas")).toBeUndefined();
  expect(serviceAt(26.7e6, 0)).toBe("CB (Europe)");
  expect(serviceAt(145e6, 0)).toBe("Amateur 2 m");
});

test("a frequency of no service has no name", () => {
  expect(serviceAt(33e6, 0)).toBeUndefined();
  expect(serviceAt(33e6, 0, "europe")).toBeUndefined();
});
