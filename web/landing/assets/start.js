// Lets the page be painted before the other modules take their part of a slow connection. Until they
// are here, the form works as it does without script.

const MODULES = ['api', 'dom', 'form', 'invitation', 'session', 'landing'];

requestAnimationFrame(() => {
  setTimeout(() => MODULES.forEach((name) => import(`./${name}.js`)));
});
