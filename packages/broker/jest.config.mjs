export default { displayName: 'broker', preset: '../../jest.preset.js' };
