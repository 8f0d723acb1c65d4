import type { UtscRequest } from "@pnmlab/protocol";
import { type PersonalityName, personalities, scenarios } from "@pnmlab/simulator";
import { expect, test } from "vitest";
import { startChain } from "../../backend/src/_test/utsc/chain.ts";
import { readRfPorts } from "../../backend/src/cmts/rf-ports.ts";
import { draftOf, readDraft } from "../../frontend/src/model/setup/draft.ts";
import { portPresets } from "../../frontend/src/model/setup/port-presets.ts";
import { bandRequest, SPLIT_BANDS } from "../../frontend/src/model/setup/presets.ts";

/** What a port is known not to have; everything else has to be offered. */
const NOT_OFFERED: Partial<Record<PersonalityName, Record<string, RegExp>>> = {
  "casa-evo": { "One modem": /^CM MAC is no trigger here\. Free running and idle SID\.$/ },
  "cisco-cbr8": { "Idle noise": /^Idle SID is no trigger here\. Other, free running and CM MAC\.$/ },
};

test.each(Object.keys(personalities) as PersonalityName[])(
  "every preset of the set-up page is taken by a %s, whatever band the form has, or says why it is not offered",
  async (personality) => {
    const chain = await startChain(personality, scenarios.plant);
    const options = await chain.options();
    const { rfPorts } = await readRfPorts(chain.snmp, chain.target);
    const { channels } = rfPorts.find(({ ifIndex }) => ifIndex === chain.rfPort)!;
    expect(channels).toHaveLength(5);
    const { macAddress } = chain.simulator.truth("cmts", chain.rfPort).modems[0]!;
    const refused = async (name: string, request: UtscRequest) => {
      const { issues } = readDraft(draftOf(request, options), options, channels);
      const { refusals } = await chain.dryRun(request);
      return [...issues]
        .map(([field, { rule }]) => `${name}: ${field} by ${rule}`)
        .concat(refusals.map(({ field, rule }) => `${name}: ${field} by ${rule} of the backend`));
    };
    const found: string[] = [];
    const closed: Record<string, string> = {};
    const splits = SPLIT_BANDS.map((band) => bandRequest(band, options));
    const ofChannels = portPresets(options, channels, {}).flatMap(({ id, offer }) =>
      id.startsWith("channel-") && offer.ok ? [offer.request] : [],
    );
    expect(ofChannels).toHaveLength(5);
    for (const request of [...splits, ...ofChannels]) {
      found.push(...(await refused("band", request)));
      const form = { ...draftOf(request, options), cmMacAddr: macAddress };
      for (const { name, offer } of portPresets(options, channels, form).slice(channels.length)) {
        if (offer.ok) found.push(...(await refused(name, offer.request)));
        else closed[name] = offer.reason;
      }
    }
    expect(found).toEqual([]);
    const expected = NOT_OFFERED[personality] ?? {};
    expect(Object.keys(closed)).toEqual(Object.keys(expected));
    for (const [name, reason] of Object.entries(expected)) expect(closed[name]).toMatch(reason);
  },
);
