import fs from "node:fs";
import path from "node:path";

/** What one process was told: this event is in the log, under this number. */
export interface Acknowledgement {
  readonly id: string;
  readonly seq: number;
}

/** Notes each acknowledgement by one write, so that it outlives the process from the instant it was given. */
export function openAcknowledgements(file: string): (acknowledgement: Acknowledgement) => void {
  const fd = fs.openSync(file, "a", 0o600);
  return ({ id, seq }) => {
    fs.writeSync(fd, `${id} ${seq}\n`);
  };
}

/** All that the processes writing to this folder were told. A last line cut short by a kill says nothing. */
export function readAcknowledgements(folder: string): readonly Acknowledgement[] {
  return fs.readdirSync(folder).flatMap((name) => {
    const lines = fs.readFileSync(path.join(folder, name), "utf8").split("\n");
    return lines.slice(0, -1).map((line) => {
      const [id = "", seq = ""] = line.split(" ");
      return { id, seq: Number(seq) };
    });
  });
}
