import { expect, test } from "vitest";
import { rowDirectory, rowName } from "./row-names.ts";

const directory = rowDirectory(
  [
    {
      id: 7,
      macAddress: "00:00:5e:00:53:07",
      ipv4Address: null,
      registrationState: "operational",
      isOnline: true,
      channels: [
        { ifIndex: 501, name: "us 0.1/0", kind: "scQam", rfPortIfIndex: 11, rfPortName: "us-conn 0" },
      ],
    },
  ],
  [{ ifIndex: 11, name: "us-conn 0" }],
);

test("a row of modem and channel is named by both", () => {
  expect(rowName("upstream-snr", "7.501", directory)).toBe("00:00:5e:00:53:07 us 0.1/0");
  expect(rowName("upstream-snr", "8.502", directory)).toBe("modem 8 interface 502");
});

test("a row of an interface is named by it, and one of anything else by its index", () => {
  expect(rowName("if-in-octets", "11", directory)).toBe("us-conn 0");
  expect(rowName("temperature", "11", directory)).toBe("11");
  expect(rowName("uptime", "", directory)).toBe("");
  expect(rowName("upstream-snr", "7.501", undefined)).toBe("7.501");
});
