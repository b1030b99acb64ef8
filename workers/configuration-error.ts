/** Everything that is wrong with a worker's environment, at once. The worker says it and exits 2. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`the configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}: ${problems.join('; ')}`);
    this.name = 'ConfigurationError';
  }
}
