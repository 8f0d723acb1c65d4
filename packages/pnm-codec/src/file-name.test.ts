import { expect, it } from "vitest";
import { parseFileName } from "./index.ts";

it.each([
  ["PNMDsMer_0010181A2D11_1403405123", { typeCode: 4, cmMac: "00:10:18:1a:2d:11", epochS: 1_403_405_123 }],
  ["PNMUsPreEqLastUpdate_0010181A2D11_1403405123", { typeCode: 7 }],
  ["USLatencySum_0010181A2D11_1403405123", { typeCode: 1, isLatencyReport: true }],
  [
    "ds_ofdm_rxmer_per_subcar_aabbccddeeff_193_1764820677.bin",
    { convention: "pypnm", typeCode: 4, cmMac: "aa:bb:cc:dd:ee:ff", channelId: 193, epochS: 1_764_820_677 },
  ],
  [
    "us_pre_equalizer_coef_last_update_aabbccddeeff_7_1774675942.bin",
    { convention: "pypnm", typeCode: 7, channelId: 7 },
  ],
  ["ds_histogram_aabbccddeeff_0_1774675811.bin", { typeCode: 5, channelId: undefined }],
  [
    "/pnm/utsc/PNMCcapUsSpecAn_ccap_1.boulder.example.net_2026-01-20_15.02.57.954_436207616",
    {
      convention: "cmts-default",
      typeCode: 0x6a,
      ccapId: "ccap_1.boulder.example.net",
      ifIndex: 436_207_616,
      localTime: "2026-01-20T15:02:57.954",
    },
  ],
  [
    "PNMCcapSpecAn_ccap1.example.net_1403405123",
    { typeCode: 0x6a, ccapId: "ccap1.example.net", epochS: 1_403_405_123 },
  ],
  [
    "utsc_aabbccddeeff_2026-01-20_15.02.57.954",
    {
      convention: "configured",
      typeCode: 0x6a,
      cmMac: "aa:bb:cc:dd:ee:ff",
      localTime: "2026-01-20T15:02:57.954",
    },
  ],
  [
    "PNMCcapUsSpecAn_ccap_1_1768921377_436207616",
    { typeCode: 0x6a, ccapId: "ccap_1", epochS: 1_768_921_377, ifIndex: 436_207_616 },
  ],
  [
    "PNMCcapUsSpecAn_ccap1_2026-01-20_15.02.57.954_7_2026-01-20_15.02.58.000",
    { convention: "cmts-default", typeCode: 0x6a, ifIndex: 7, localTime: "2026-01-20T15:02:58.000" },
  ],
  ["node7_east_2026-01-20_15.02.57.954", { convention: "configured", typeCode: undefined, cmMac: undefined }],
])("%s is understood", (name, expected) => {
  expect(parseFileName(name)).toMatchObject(expected);
});

it.each([
  "",
  "capture.bin",
  "PNMDsMer_0010181A2D_1403405123",
  "constructor_aabbccddeeff_1_2",
  `${"_".repeat(5000)}1`,
])("a name of no convention is not understood", (name) => {
  expect(parseFileName(name)).toBeUndefined();
});
