import writeFileAtomic from "write-file-atomic";

/** As its README shows it, in its asynchronous form; `fsync` is its default. It does not sync the directory. */
export async function writeAtomically(file: string, content: Buffer | string): Promise<void> {
  await writeFileAtomic(file, content);
}
