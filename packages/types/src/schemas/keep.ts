import { unknown, type ZodType } from "zod";

/**
 * A schema whose result is the very object that was handed in, once it has passed the given ones in order; the first that
 * refuses it says why. zod itself builds a new object and leaves out a key named `__proto__`, and an event must come out as
 * it went in.
 */
export function keep<T>(schemasOf: (value: unknown) => readonly ZodType[]): ZodType<T> {
  const kept = unknown().superRefine((value, context) => {
    for (const schema of schemasOf(value)) {
      const result = schema.safeParse(value);
      if (result.success) continue;
      // A finished issue goes in as a raw one: zod sets the path of what surrounds it in front.
      for (const issue of result.error.issues) context.addIssue({ ...issue, input: value } as never);
      return;
    }
  });
  return kept as unknown as ZodType<T>;
}
