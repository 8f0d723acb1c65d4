import { expect, test } from "vitest";
import {
  bitsFromOctets,
  bulkDataTransferCfg,
  indexOf,
  instanceOid,
  octetsFromBits,
  utscCfg,
  utscCtrl,
  utscResult,
  utscStatus,
  valueName,
  valueNumber,
} from "./index.ts";

test("instance OIDs carry the RF port and the configuration index", () => {
  expect(instanceOid(utscCfg.centerFreqHz, 1074339840, 1)).toBe(
    "1.3.6.1.4.1.4491.2.1.27.1.3.10.2.1.8.1074339840.1",
  );
  expect(instanceOid(utscCtrl.initiateTest, 5, 1)).toBe("1.3.6.1.4.1.4491.2.1.27.1.3.10.3.1.1.5.1");
  expect(instanceOid(utscStatus.measStatus, 5, 1)).toBe("1.3.6.1.4.1.4491.2.1.27.1.3.10.4.1.1.5.1");
  expect(instanceOid(utscResult.output, 5, 1)).toBe("1.3.6.1.4.1.4491.2.1.27.1.3.10.5.1.5.5.1");
  expect(instanceOid(bulkDataTransferCfg.rowStatus, 1)).toBe("1.3.6.1.4.1.4491.2.1.27.1.1.3.1.1.9.1");
});

test("an index is read behind its own column only, never searched inside an OID", () => {
  expect(indexOf(utscCfg.centerFreqHz, "1.3.6.1.4.1.4491.2.1.27.1.3.10.2.1.8.77.1")).toEqual([77, 1]);
  expect(indexOf(utscCfg.centerFreqHz, "1.3.6.1.4.1.4491.2.1.27.1.3.10.2.1.80.77.1")).toBeUndefined();
});

test("cmMac is 6 and rawAdc is 3, by the MIB and not by the deprecated table", () => {
  expect(valueNumber(utscCfg.triggerMode, "cmMac")).toBe(6);
  expect(valueNumber(utscCfg.triggerMode, "quietProbeSymbol")).toBe(7);
  expect(valueName(utscCfg.outputFormat, 3)).toBe("rawAdc");
  expect(valueName(utscCfg.outputFormat, 9)).toBeUndefined();
  expect(() => valueNumber(utscCfg.triggerMode, "nonsense")).toThrow(RangeError);
});

test("BITS put bit 0 first and read missing octets as zero", () => {
  expect(octetsFromBits([1])).toEqual(Uint8Array.of(0x40));
  expect(octetsFromBits([8], 2)).toEqual(Uint8Array.of(0x00, 0x80));
  expect(bitsFromOctets(Uint8Array.of(0x04, 0x80))).toEqual([5, 8]);
  expect(bitsFromOctets(new Uint8Array())).toEqual([]);
});
