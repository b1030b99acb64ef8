// A validation plugin of cdk8s: `cdk8s synth` runs the rules of `muster check` on what it has written. In cdk8s.yaml:
//   validations:
//     - package: ./node_modules/kafka-muster/bin/cdk8s-validation.cjs
//       version: 0.1.0
//       class: MusterValidation
//       properties: { target: openshift }      # may be left out
// cdk8s loads plugins by require(): this file is CommonJS for that reason, and no other.
class MusterValidation {
  constructor(properties = {}) {
    this.properties = properties;
  }

  async validate(context) {
    const { validate } = await import('../build/scripts/cdk8s-validation.js');
    validate(context, this.properties);
  }
}

module.exports = { MusterValidation };
