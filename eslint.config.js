// Lint: TypeScript's own strict rules, plus the architecture — who may import whom, who may print, who may read
// the environment, who may start processes. test/architecture.test.ts proves the same import rules on the real files.
import tseslint from 'typescript-eslint';
import prettier from 'eslint-config-prettier';

const banned = (patterns, paths = []) => ({ 'no-restricted-imports': ['error', { patterns, paths }] });
const from = (regex, message) => ({ regex, message });

const processes = {
  name: 'node:child_process',
  message: 'only scripts/processes.ts starts processes: call it instead.',
};

export default tseslint.config(
  { ignores: ['build/**', 'dist/**', 'node_modules/**', 'report/**', '.muster/**'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-console': 'error',
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'only the entry points read the environment.' }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['constructs/model/**'],
    rules: banned(
      [from('^\\.\\./\\.\\./', 'the model imports nothing but itself.'), from('^(cdk8s|constructs|kafkajs)', 'the model is plain data.')],
      [processes],
    ),
  },
  {
    files: ['constructs/*.ts'],
    rules: banned(
      [
        from('\\.\\./(charts|apps|scripts)/', 'model ← constructs ← charts ← apps.'),
        from('\\.\\./workers/(?!contract)', 'constructs share only workers/contract.'),
      ],
      [processes],
    ),
  },
  { files: ['charts/**'], rules: banned([from('\\.\\./(apps|scripts|workers)/', 'model ← constructs ← charts ← apps.')], [processes]) },
  { files: ['apps/**'], rules: banned([from('\\.\\./(scripts|workers)/', 'model ← constructs ← charts ← apps.')], [processes]) },
  {
    files: ['workers/**'],
    rules: banned(
      [from('\\.\\./(constructs|charts|apps|scripts)/', 'what runs in the containers imports nothing from the other folders.')],
      [processes],
    ),
  },
  {
    files: ['scripts/**'],
    rules: banned(
      [
        from('/(charts)/', 'scripts read YAML.'),
        from('/constructs/(?!model/)', 'scripts read YAML and share only the model with the constructs.'),
        from('^(cdk8s|constructs)', 'scripts read YAML and never import cdk8s.'),
        from(
          '/workers/(?!ledger|contract|dead-letter|kafkajs/codecs)',
          'scripts share only the ledger, the contract, the dead letter and the codecs with the workers.',
        ),
        from('/apps/(?!synth)', 'apps/synth.ts is the only door to synthesis.'),
      ],
      [processes],
    ),
  },
  {
    files: ['scripts/processes.ts', 'scripts/build-librdkafka.js', 'scripts/schemas/*.js', 'test/**'],
    rules: { 'no-restricted-imports': 'off' },
  },
  { files: ['apps/main.ts', 'workers/config.ts', 'scripts/cli.ts', 'test/**'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['**/*.js'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { process: 'readonly', URL: 'readonly', console: 'readonly' } },
  },
  prettier,
);
