import type { DatabaseSync } from "node:sqlite";
import type { PollDelivery, PollEvent, PolledDevice, SeriesName, SeriesPoint } from "@pnmlab/protocol";

/** What the plan says of a metric, at the time at which a value of it is stored. */
export interface MetricFacts {
  unit: string;
  intervalS: number;
  /**
   * Whether the metric is out of bounds after `value`, and by which limit; undefined where it has none.
   */
  judge?: (
    value: number,
    wasRaised: boolean,
  ) => { isRaised: boolean; direction: "above" | "below"; limit: number; hysteresis: number };
}

export interface StoredLine {
  id: number;
  instance: string;
  unit: string;
  intervalS: number;
}

/** Points of a line with the times of the first and last reading within each. */
export interface StoredPoint extends SeriesPoint {
  firstMs: number;
  lastMs: number;
}

export interface SeriesStore {
  /**
   * Stores a batch of an agent's outbox. What was stored before is left out: all of it, or what comes up
   * to the newest sequence of this outbox. Returns how many readings were new.
   */
  receive(
    agent: string,
    outboxId: string,
    readings: readonly PollDelivery[],
    factsOf: (reading: PollDelivery, metric: string) => MetricFacts | undefined,
  ): number;
  names(device?: string): SeriesName[];
  /** Newest values of the instances of a metric that end so, 5,000 at most. */
  newest(
    device: string,
    metric: string,
    instanceEnd: string,
  ): { atMs: number; value: number; intervalS: number }[];
  lines(device: string, metric: string): StoredLine[];
  /** Points from `fromMs` up to and including `toMs`; every value is one where `stepMs` is 0. */
  points(lineId: number, fromMs: number, toMs: number, stepMs: number): StoredPoint[];
  events(limit: number, device?: string): PollEvent[];
  devices(): PolledDevice[];
  /** Forgets how the devices of a plan stand: it has been removed. */
  forgetPlan(planId: string): void;
  /** Ids of all lines, for a clean-up that is done in steps. */
  lineIds(): number[];
  /** Removes what a line has from before a moment, and the line where nothing is left of it. */
  removeBefore(lineId: number, momentMs: number): number;
  removeEventsBefore(momentMs: number): void;
}

interface SeriesEntry {
  id: number;
  isRaised: boolean;
  unit: string;
  intervalS: number;
}

/** Series and samples, in the database. */
export function createSeriesStore(database: DatabaseSync): SeriesStore {
  const known = new Map<string, SeriesEntry>();
  const findSeries = database.prepare(
    "SELECT id, is_raised, unit, interval_s FROM series WHERE device = ? AND metric = ? AND instance = ?",
  );
  const addSeries = database.prepare(
    "INSERT INTO series (device, metric, instance, unit, interval_s, is_raised) VALUES (?, ?, ?, ?, ?, 0) RETURNING id",
  );
  const describeSeries = database.prepare("UPDATE series SET unit = ?, interval_s = ? WHERE id = ?");
  const raiseSeries = database.prepare("UPDATE series SET is_raised = ? WHERE id = ?");
  const addSample = database.prepare(
    "INSERT INTO samples (series_id, at_ms, value, late) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const newestOf = database.prepare("SELECT newest FROM deliveries WHERE agent = ? AND outbox_id = ?");
  const setNewest = database.prepare(
    "INSERT INTO deliveries (agent, outbox_id, newest) VALUES (?, ?, ?) ON CONFLICT (agent, outbox_id) DO UPDATE SET newest = excluded.newest",
  );
  const addEvent = database.prepare(
    "INSERT INTO poll_events (at_ms, series_id, state, value, direction, threshold, hysteresis, late) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const setDevice = database.prepare(
    "INSERT INTO polled_devices (plan_id, device, at_ms, error) VALUES (?, ?, ?, ?) ON CONFLICT (plan_id, device) DO UPDATE SET at_ms = excluded.at_ms, error = excluded.error",
  );
  const rawPoints = database.prepare(
    "SELECT at_ms, value, late FROM samples WHERE series_id = ? AND at_ms BETWEEN ? AND ? ORDER BY at_ms",
  );
  const stepPoints = database.prepare(
    `SELECT CAST((at_ms - ?) / ? AS INTEGER) AS step, AVG(value) AS mean, MIN(value) AS least, MAX(value) AS most,
       COUNT(*) AS count, MAX(late) AS late, MIN(at_ms) AS first_ms, MAX(at_ms) AS last_ms
     FROM samples WHERE series_id = ? AND at_ms BETWEEN ? AND ? GROUP BY step ORDER BY step`,
  );
  const newestEnding = database.prepare(
    `SELECT newest.at_ms, newest.value, interval_s FROM series JOIN samples newest ON newest.series_id = series.id
       AND newest.at_ms = (SELECT MAX(at_ms) FROM samples WHERE series_id = series.id)
     WHERE device = ? AND metric = ? AND substr(instance, -length(?)) = ? LIMIT 5000`,
  );
  const linesOf = database.prepare(
    "SELECT id, instance, unit, interval_s FROM series WHERE device = ? AND metric = ? ORDER BY id",
  );

  function seriesOf(device: string, metric: string, instance: string, facts: MetricFacts): SeriesEntry {
    const key = `${device}\n${metric}\n${instance}`;
    let entry = known.get(key);
    if (!entry) {
      const row = findSeries.get(device, metric, instance);
      entry = row
        ? {
            id: Number(row.id),
            isRaised: row.is_raised === 1,
            unit: String(row.unit),
            intervalS: Number(row.interval_s),
          }
        : {
            id: Number(addSeries.get(device, metric, instance, facts.unit, facts.intervalS)!.id),
            isRaised: false,
            unit: facts.unit,
            intervalS: facts.intervalS,
          };
      known.set(key, entry);
    }
    if (entry.unit !== facts.unit || entry.intervalS !== facts.intervalS) {
      describeSeries.run(facts.unit, facts.intervalS, entry.id);
      entry.unit = facts.unit;
      entry.intervalS = facts.intervalS;
    }
    return entry;
  }

  function storeReading(reading: PollDelivery, factsOf: (metric: string) => MetricFacts | undefined): void {
    const { planId, device, late } = reading;
    const atMs = Math.round(reading.atMs);
    setDevice.run(planId, device, atMs, reading.error ? JSON.stringify(reading.error) : null);
    for (const [metric, instance, value] of reading.samples) {
      const facts = factsOf(metric) ?? { unit: "", intervalS: 60 };
      const series = seriesOf(device, metric, instance, facts);
      addSample.run(series.id, atMs, value, Number(late));
      const verdict = facts.judge?.(value, series.isRaised);
      if (!verdict || verdict.isRaised === series.isRaised) continue;
      series.isRaised = verdict.isRaised;
      raiseSeries.run(Number(verdict.isRaised), series.id);
      const state = verdict.isRaised ? "raised" : "cleared";
      const { direction, limit, hysteresis } = verdict;
      addEvent.run(atMs, series.id, state, value, direction, limit, hysteresis, Number(late));
    }
  }

  return {
    receive(agent, outboxId, readings, factsOf) {
      const newest = Number(newestOf.get(agent, outboxId)?.newest ?? 0);
      const fresh = readings.filter(({ sequence }) => sequence > newest);
      if (fresh.length === 0) return 0;
      database.exec("BEGIN");
      try {
        for (const reading of fresh) storeReading(reading, (metric) => factsOf(reading, metric));
        setNewest.run(agent, outboxId, fresh.at(-1)!.sequence);
        database.exec("COMMIT");
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        // What is known of series may have been rolled back with them.
        known.clear();
        throw error;
      }
      return fresh.length;
    },
    names: (device) =>
      database
        .prepare(
          `SELECT device, metric, instance, unit, interval_s, is_raised, newest.at_ms AS last_ms, newest.value AS last_value
           FROM series JOIN samples newest ON newest.series_id = series.id
             AND newest.at_ms = (SELECT MAX(at_ms) FROM samples WHERE series_id = series.id)
           WHERE ? IS NULL OR device = ? ORDER BY device, metric, series.id LIMIT 5000`,
        )
        .all(device ?? null, device ?? null)
        .map((row) => ({
          device: String(row.device),
          metric: String(row.metric),
          instance: String(row.instance),
          unit: String(row.unit),
          intervalS: Number(row.interval_s),
          lastAt: new Date(Number(row.last_ms)).toISOString(),
          lastValue: Number(row.last_value),
          isRaised: row.is_raised === 1,
        })),
    newest: (device, metric, instanceEnd) =>
      newestEnding.all(device, metric, instanceEnd, instanceEnd).map((row) => ({
        atMs: Number(row.at_ms),
        value: Number(row.value),
        intervalS: Number(row.interval_s),
      })),
    lines: (device, metric) =>
      linesOf.all(device, metric).map((row) => ({
        id: Number(row.id),
        instance: String(row.instance),
        unit: String(row.unit),
        intervalS: Number(row.interval_s),
      })),
    points(lineId, fromMs, toMs, stepMs) {
      if (stepMs === 0) {
        return rawPoints.all(lineId, fromMs, toMs).map((row) => {
          const atMs = Number(row.at_ms);
          const value = Number(row.value);
          const alone = { atMs, firstMs: atMs, lastMs: atMs, mean: value, min: value, max: value };
          return { ...alone, count: 1, late: row.late === 1 };
        });
      }
      return stepPoints.all(fromMs, stepMs, lineId, fromMs, toMs).map((row) => ({
        atMs: fromMs + Number(row.step) * stepMs,
        mean: Number(row.mean),
        min: Number(row.least),
        max: Number(row.most),
        count: Number(row.count),
        late: row.late === 1,
        firstMs: Number(row.first_ms),
        lastMs: Number(row.last_ms),
      }));
    },
    events: (limit, device) =>
      database
        .prepare(
          `SELECT poll_events.*, device, metric, instance, unit FROM poll_events JOIN series ON series.id = series_id
           WHERE ? IS NULL OR device = ? ORDER BY at_ms DESC, poll_events.rowid DESC LIMIT ?`,
        )
        .all(device ?? null, device ?? null, limit)
        .map((row) => ({
          at: new Date(Number(row.at_ms)).toISOString(),
          device: String(row.device),
          metric: String(row.metric),
          instance: String(row.instance),
          state: row.state as PollEvent["state"],
          value: Number(row.value),
          unit: String(row.unit),
          direction: row.direction as PollEvent["direction"],
          limit: Number(row.threshold),
          hysteresis: Number(row.hysteresis),
          late: row.late === 1,
        })),
    devices: () =>
      database
        .prepare("SELECT * FROM polled_devices ORDER BY plan_id, device")
        .all()
        .map((row) => ({
          planId: String(row.plan_id),
          device: String(row.device),
          lastReadAt: new Date(Number(row.at_ms)).toISOString(),
          error: row.error === null ? null : (JSON.parse(String(row.error)) as PolledDevice["error"]),
        })),
    forgetPlan: (planId) => void database.prepare("DELETE FROM polled_devices WHERE plan_id = ?").run(planId),
    lineIds: () =>
      database
        .prepare("SELECT id FROM series")
        .all()
        .map((row) => Number(row.id)),
    removeBefore(lineId, momentMs) {
      const { changes } = database
        .prepare("DELETE FROM samples WHERE series_id = ? AND at_ms < ?")
        .run(lineId, momentMs);
      const isEmpty = !database.prepare("SELECT 1 FROM samples WHERE series_id = ? LIMIT 1").get(lineId);
      if (isEmpty) {
        database.prepare("DELETE FROM poll_events WHERE series_id = ?").run(lineId);
        database.prepare("DELETE FROM series WHERE id = ?").run(lineId);
        known.clear();
      }
      return Number(changes);
    },
    removeEventsBefore: (momentMs) =>
      void database.prepare("DELETE FROM poll_events WHERE at_ms < ?").run(momentMs),
  };
}
