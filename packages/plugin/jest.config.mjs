export default { displayName: 'plugin', preset: '../../jest.preset.js' };
