import { type Alternative, type Figure, type Measured, type Side } from "./figure.js";
import { ratios, spreadOf } from "./spread.js";

/** One side's numbers, of all rounds. `time` grows with work, `rate` falls. */
export interface Samples {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
}

/** The ratio of what was measured: ours over the other. */
export function compare(figure: Figure, ours: Samples, other: Samples, note?: string): Measured {
  return {
    figure: figure.name,
    value: spreadOf(ratios(ours.values, other.values)),
    ours: sideOf(ours),
    other: sideOf(other),
    ...(note === undefined ? {} : { note }),
  };
}

/** The ratio of rates, of what was measured as time. */
export function compareRates(figure: Figure, ours: Samples, other: Samples, note?: string): Measured {
  return { ...compare(figure, ours, other, note), value: spreadOf(ratios(other.values, ours.values)) };
}

export function absolute(figure: Figure, values: readonly number[], note?: string): Measured {
  return { figure: figure.name, value: spreadOf(values), ...(note === undefined ? {} : { note }) };
}

/** A group of alternatives from microseconds an event: as events a second, and the ratio of that to the first. */
export function asRates(group: string, times: Readonly<Record<string, readonly number[]>>): readonly Alternative[] {
  const [first] = Object.values(times);
  return Object.entries(times).map(([name, values]) => ({
    group,
    name,
    unit: "events/s",
    spread: spreadOf(values.map((micros) => 1_000_000 / micros)),
    ratio: spreadOf(ratios(first ?? [], values)).median,
  }));
}

function sideOf({ name, unit, values }: Samples): Side {
  return { name, unit, spread: spreadOf(values) };
}
