export default { displayName: 'log', preset: '../../jest.preset.js' };
