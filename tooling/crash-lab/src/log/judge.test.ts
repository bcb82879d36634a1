import { expect, it } from "vitest";
import { createJudge, type Findings, isSound } from "./judge.js";

type Told = readonly (readonly [id: string, seq: number])[];

function judge(acknowledged: Told, stored: Told): Findings {
  const { see, findings } = createJudge(acknowledged.map(([id, seq]) => ({ id, seq })));
  for (const [id, seq] of stored) see({ id, seq });
  return findings();
}

it.each([
  ["an event that is not there", [["a", 0]], [], { lost: 1 }],
  [
    "an event that is there twice",
    [["a", 0]],
    [
      ["a", 0],
      ["a", 1],
    ],
    { twice: 1, outOfOrder: 1 },
  ],
  [
    "a number given twice",
    [],
    [
      ["a", 0],
      ["b", 0],
    ],
    { twice: 1, outOfOrder: 1 },
  ],
  [
    "a number left out",
    [],
    [
      ["a", 0],
      ["b", 2],
    ],
    { outOfOrder: 1 },
  ],
  [
    "an event under another number",
    [["b", 0]],
    [
      ["a", 0],
      ["b", 1],
    ],
    { outOfOrder: 1 },
  ],
] as const)("the judge of a storm sees %s", (_name, acknowledged, stored, expected) => {
  const findings = judge(acknowledged, stored);
  expect(findings).toMatchObject(expected);
  expect(isSound(findings)).toBe(false);
});

it("and finds nothing wrong with a whole log that has more than was acknowledged", () => {
  expect(
    isSound(
      judge(
        [["a", 0]],
        [
          ["a", 0],
          ["b", 1],
        ],
      ),
    ),
  ).toBe(true);
});
