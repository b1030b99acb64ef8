import { closeSync, openSync, readSync } from 'node:fs';

/** Follows a file that grows: whole lines only; what a process wrote is read even when it is dead by then. */
export class Tail {
  private readonly file: number;
  private rest = Buffer.alloc(0);
  private readonly buffer = Buffer.alloc(256 * 1024);

  constructor(path: string) {
    this.file = openSync(path, 'r');
  }

  /** The lines that came since the last call. */
  read(): string[] {
    const lines: string[] = [];
    for (;;) {
      const count = readSync(this.file, this.buffer, 0, this.buffer.length, null);
      if (count === 0) return lines;
      this.rest = Buffer.concat([this.rest, this.buffer.subarray(0, count)]);
      let start = 0;
      for (let end = this.rest.indexOf(10); end !== -1; end = this.rest.indexOf(10, start)) {
        lines.push(this.rest.toString('utf8', start, end));
        start = end + 1;
      }
      this.rest = this.rest.subarray(start);
    }
  }

  close(): void {
    closeSync(this.file);
  }
}
