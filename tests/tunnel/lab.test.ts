import { readBuildInfo } from "@pnmlab/config";
import { startTestLab } from "@pnmlab/testkit";
import { describe, expect, test } from "vitest";
import { TunnelBench } from "./bench.ts";
import { sshdMissing } from "./sshd.ts";

describe.skipIf(sshdMissing)("a tunnel to a whole lab", () => {
  test("carries status, sign-in and the API to another port of this machine", async () => {
    await using lab = await startTestLab();
    await using bench = await TunnelBench.make();
    const sshd = await bench.sshd();
    bench.knows([sshd.knownHost()]);
    bench.settings(sshd, Number(new URL(lab.url).port));
    expect((await bench.run(["start"])).code).toBe(0);
    const status = await bench.status();
    // The checkout of this test is another one than the lab's.
    expect(status).toMatchObject({ code: 0, verdict: "WARN" });
    expect(status.found).toContain(`build ${readBuildInfo().commit}`);
    expect(status.found).toContain(`this checkout is ${bench.commit}`);

    const link = new URL(lab.signInLink());
    const url = `http://127.0.0.1:${bench.localPort}`;
    const answer = await fetch(`${url}${link.pathname}${link.search}`, { redirect: "manual" });
    const cookie = answer.headers.getSetCookie()[0]!.split(";")[0]!;
    const me = await fetch(`${url}/api/me`, { headers: { cookie } });
    expect(me.status).toBe(200);
    await bench.run(["stop"]);
    await expect(fetch(`${url}/api/health`)).rejects.toThrow();
    expect(bench.leftProcesses()).toEqual([]);
  });
});
