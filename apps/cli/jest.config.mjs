export default { displayName: 'millrace', preset: '../../jest.preset.js' };
