import { createHash, randomBytes } from "node:crypto";
import { PnmLabError } from "@pnmlab/kit";
import { equalInConstantTime } from "../auth/constant-time.ts";
import { clockText } from "../clock-text.ts";
import type { EnrolmentStore, StoredEnrolment, StoredToken } from "../storage/index.ts";
import type { TokenHolder } from "./admission.ts";

/** An agent that may connect, or was allowed to. */
export interface Enrolment {
  name: string;
  origin: "settings" | "enrolled";
  site: string;
  targets: readonly string[];
  enrolledAt: string | undefined;
  revokedAt: string | undefined;
}

export interface EnrolmentsOptions {
  /** The agent that the settings name; its token is theirs. */
  own: { name: string; token: string };
  store: EnrolmentStore;
  now: () => number;
}

/** Which agents may connect, and by which tokens. Tokens are stored as hashes. */
export class Enrolments {
  readonly #options: EnrolmentsOptions;
  readonly #own: Enrolment;
  readonly #enrolled = new Map<string, StoredEnrolment>();
  readonly #tokens = new Map<string, StoredToken>();

  constructor(options: EnrolmentsOptions) {
    this.#options = options;
    this.#own = {
      name: options.own.name,
      origin: "settings",
      site: "",
      targets: ["*"],
      enrolledAt: undefined,
      revokedAt: undefined,
    };
    for (const enrolment of options.store.list()) this.#enrolled.set(enrolment.name, enrolment);
    for (const token of options.store.tokens()) this.#tokens.set(token.hash, token);
    // The settings have taken the name over.
    this.#enrolled.delete(options.own.name);
  }

  /** The agent of the settings first, then the others by name. */
  list(): Enrolment[] {
    const others = [...this.#enrolled.values()].map(viewOf);
    return [this.#own, ...others.sort((a, b) => a.name.localeCompare(b.name))];
  }

  find(name: string): Enrolment | undefined {
    return this.list().find((enrolment) => enrolment.name === name);
  }

  /** Whose token it is; undefined where it is nobody's. */
  holderOf(token: string): TokenHolder | undefined {
    const { own, now } = this.#options;
    if (equalInConstantTime(token, own.token)) return { name: own.name };
    const stored = this.#tokens.get(hashOf(token));
    if (!stored || !this.#enrolled.has(stored.agent)) return undefined;
    const { agent: name, state, endedAt } = stored;
    if (state === "current" || state === "next") return { name };
    const at = endedAt === null ? "" : ` at ${clockText(Date.parse(endedAt), now())}`;
    const ended =
      state === "revoked" ? `its token was revoked${at}` : `its token was replaced by a newer one${at}`;
    return { name, ended };
  }

  /** Notes that an agent has signed in; true where a new token has thereby taken the place of the old one. */
  used(token: string): boolean {
    const stored = this.#tokens.get(hashOf(token));
    if (!stored) return false;
    const at = this.#nowText();
    const isReplacement = stored.state === "next";
    if (isReplacement) {
      this.#endTokens(stored.agent, "replaced", (other) => other.hash !== stored.hash);
      this.#saveToken({ ...stored, state: "current", firstUsedAt: at });
    } else if (stored.firstUsedAt === null) this.#saveToken({ ...stored, firstUsedAt: at });
    return isReplacement;
  }

  /** The tokens that open something: the current one, and one that was given to take its place. */
  tokensOf(name: string): { current: StoredToken | undefined; next: StoredToken | undefined } {
    const ofAgent = this.#tokensOf(name);
    return {
      current: ofAgent.find(({ state }) => state === "current"),
      next: ofAgent.find(({ state }) => state === "next"),
    };
  }

  /**
   * Lets an agent in and answers its token, which is not kept. The name of a revoked one is free.
   *
   * @throws PnmLabError `AGENT_NAME_IN_USE`
   */
  enrol({ name, site, targets }: { name: string; site: string; targets: string[] }): string {
    const known = this.find(name);
    if (known && known.revokedAt === undefined) {
      const whose =
        known.origin === "settings"
          ? "is that of the agent that PNMLAB_AGENT_NAME names; its token is PNMLAB_AGENT_TOKEN"
          : "is in use; give the new agent another one, or rotate the token of this one";
      throw new PnmLabError("AGENT_NAME_IN_USE", `the name ${name} ${whose}`);
    }
    this.#save({ name, site, targets, enrolledAt: this.#nowText(), revokedAt: null });
    return this.#issue(name, "current");
  }

  /** Changes site and targets. @throws PnmLabError as `rotate` */
  change(name: string, { site, targets }: { site: string; targets: string[] }): void {
    this.#save({ ...this.#require(name), site, targets });
  }

  /**
   * Answers a new token; the old one opens until the new one is used. One that was given before and never
   * used opens nothing any more.
   *
   * @throws PnmLabError `AGENT_NOT_FOUND`, `AGENT_SETTINGS_CONFLICT`, `AGENT_REVOKED_CONFLICT`
   */
  rotate(name: string): string {
    this.#requireActive(name);
    this.#endTokens(name, "replaced", ({ state }) => state === "next");
    const isFirst = this.tokensOf(name).current === undefined;
    return this.#issue(name, isFirst ? "current" : "next");
  }

  /** Takes the tokens back. @throws PnmLabError as `rotate` */
  revoke(name: string): void {
    const enrolment = this.#requireActive(name);
    this.#endTokens(name, "revoked", () => true);
    this.#save({ ...enrolment, revokedAt: this.#nowText() });
  }

  /** Forgets a revoked agent. @throws PnmLabError as `rotate`, and `AGENT_ACTIVE_CONFLICT` */
  remove(name: string): void {
    if (this.#require(name).revokedAt === null) {
      throw new PnmLabError("AGENT_ACTIVE_CONFLICT", `agent ${name} may still connect: revoke it first`);
    }
    this.#options.store.remove(name);
    this.#enrolled.delete(name);
    for (const { hash } of this.#tokensOf(name)) this.#tokens.delete(hash);
  }

  #require(name: string): StoredEnrolment {
    const enrolment = this.#enrolled.get(name);
    if (enrolment) return enrolment;
    if (name === this.#own.name) {
      throw new PnmLabError(
        "AGENT_SETTINGS_CONFLICT",
        `agent ${name} is the one of the settings: change PNMLAB_AGENT_TOKEN in .env of backend and agent and restart both`,
      );
    }
    throw new PnmLabError("AGENT_NOT_FOUND", `there is no agent ${name}`);
  }

  #requireActive(name: string): StoredEnrolment {
    const enrolment = this.#require(name);
    if (enrolment.revokedAt === null) return enrolment;
    throw new PnmLabError("AGENT_REVOKED_CONFLICT", `agent ${name} was revoked: enrol it again`);
  }

  #issue(agent: string, state: "current" | "next"): string {
    const token = randomBytes(32).toString("base64url");
    const issuedAt = this.#nowText();
    this.#saveToken({ hash: hashOf(token), agent, state, issuedAt, firstUsedAt: null, endedAt: null });
    return token;
  }

  #endTokens(agent: string, state: "replaced" | "revoked", which: (token: StoredToken) => boolean): void {
    for (const token of this.#tokensOf(agent)) {
      const isOpen = token.state === "current" || token.state === "next";
      if (isOpen && which(token)) this.#saveToken({ ...token, state, endedAt: this.#nowText() });
    }
  }

  #tokensOf(agent: string): StoredToken[] {
    return [...this.#tokens.values()].filter((token) => token.agent === agent);
  }

  #save(enrolment: StoredEnrolment): void {
    this.#options.store.save(enrolment);
    this.#enrolled.set(enrolment.name, enrolment);
  }

  #saveToken(token: StoredToken): void {
    this.#options.store.saveToken(token);
    this.#tokens.set(token.hash, token);
  }

  #nowText(): string {
    return new Date(this.#options.now()).toISOString();
  }
}

function viewOf({ name, site, targets, enrolledAt, revokedAt }: StoredEnrolment): Enrolment {
  return { name, origin: "enrolled", site, targets, enrolledAt, revokedAt: revokedAt ?? undefined };
}

/** A token has 256 random bits: a plain hash of it cannot be guessed from. */
function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
