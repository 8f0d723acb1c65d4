import { SERVICE_REGIONS } from "@pnmlab/pnm-analysis";
import { type ComputedRef, computed, type Ref } from "vue";
import { useRouter } from "vue-router";
import { PALETTE_NAMES } from "../model/palette.ts";
import { livePath, portsOf, setupPath } from "../model/ports.ts";
import { RAIL_ENTRIES } from "../model/rail.ts";
import { TEXT_SIZES, THEMES } from "../model/settings.ts";
import { useHotkeyList } from "./use-hotkeys.ts";
import { useLab } from "./use-lab.ts";
import { useSettings } from "./use-settings.ts";

export interface Command {
  id: string;
  label: string;
  hint: string;
  run: () => void;
}

/** What the search dialog offers for a text: pages, RF ports, actions of the page, settings. */
export function useCommands(filter: Readonly<Ref<string>>): ComputedRef<Command[]> {
  const router = useRouter();
  const { snapshot } = useLab();
  const { settings, change } = useSettings();
  const hotkeys = useHotkeyList();

  const setting = (label: string, run: () => void): Command => ({
    id: `setting-${label}`,
    label,
    hint: "Settings",
    run,
  });

  const all = computed<Command[]>(() => [
    ...RAIL_ENTRIES.map((entry) => ({
      id: `page-${entry.name}`,
      label: entry.label,
      hint: `G ${entry.letter}`,
      run: () => void router.push(entry.path),
    })),
    {
      id: "ports",
      label: "Ports side by side on one scale",
      hint: "Ports",
      run: () => void router.push("/ports"),
    },
    {
      id: "compare",
      label: "Compare two recordings, ports or captures",
      hint: "Compare",
      run: () => void router.push({ path: "/compare", query: { u: router.currentRoute.value.query.u } }),
    },
    ...portsOf(snapshot.value).map(({ cmts, port }) => ({
      id: `port-${cmts.id}-${port.ifIndex}`,
      label: `${cmts.sysName ?? cmts.id} / ${port.name}${port.alias ? ` / ${port.alias}` : ""}`,
      hint: cmts.simulated ? "Live, SIM" : "Live",
      run: () => void router.push(livePath(cmts.id, port.ifIndex)),
    })),
    ...portsOf(snapshot.value).map(({ cmts, port }) => ({
      id: `setup-${cmts.id}-${port.ifIndex}`,
      label: `UTSC set-up: ${cmts.sysName ?? cmts.id} / ${port.name}`,
      hint: "Set-up",
      run: () => void router.push(setupPath(cmts.id, port.ifIndex)),
    })),
    ...hotkeys.value
      .filter((hotkey) => hotkey.group !== "Everywhere")
      .map((hotkey) => ({
        id: `do-${hotkey.group}-${hotkey.keys}-${hotkey.does}`,
        label: hotkey.does,
        hint: hotkey.keys || hotkey.group,
        run: () => void hotkey.run(),
      })),
    ...THEMES.map((theme) => setting(`Theme: ${theme}`, () => change({ theme }))),
    ...TEXT_SIZES.map((textPercent) => setting(`Text size: ${textPercent} %`, () => change({ textPercent }))),
    ...PALETTE_NAMES.map((palette) => setting(`Waterfall: ${palette}`, () => change({ palette }))),
    setting("Waterfall: by theme", () => change({ palette: null })),
    ...SERVICE_REGIONS.map((region) => setting(`Radio services: ${region}`, () => change({ region }))),
    setting(`Single-letter keys: ${settings.value.singleKeys ? "off" : "on"}`, () =>
      change({ singleKeys: !settings.value.singleKeys }),
    ),
  ]);
  return computed(() => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    return all.value.filter((command) => words.every((word) => command.label.toLowerCase().includes(word)));
  });
}
