export default { displayName: 'protocol-codegen', preset: '../../jest.preset.js' };
