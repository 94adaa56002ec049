'use strict';
// Sends files in pieces and goes on where it broke off: after a lost network by itself, after a
// reload when the same file is chosen again. Without this script the form sends them whole.

(() => {
  const PIECE = 1024 * 1024;
  const AT_ONCE = 3;
  const LONGEST_PAUSE = 30000;
  const KEPT = 'desk-uploads';
  const form = document.getElementById('intake');
  const input = document.getElementById('files');
  const drop = document.getElementById('drop');
  const token = document.querySelector('meta[name=csrf]').content;
  const most = Number(form.dataset.most);
  const list = document.createElement('ul');
  list.className = 'uploads';
  const queue = [];
  let busy = 0;

  // Which upload a file was: the same name, size, date and owner go on with the same one.
  const kept = () => JSON.parse(localStorage.getItem(KEPT) || '{}');
  const keep = (key, id) => {
    const all = kept();
    if (id) all[key] = id; else delete all[key];
    localStorage.setItem(KEPT, JSON.stringify(all));
  };
  const pause = (ms) => new Promise((done) => {
    const timer = setTimeout(done, ms);
    addEventListener('online', () => { clearTimeout(timer); done(); }, { once: true });
  });

  class Refused extends Error {}
  class Gone extends Error {}

  async function ask(method, address, body, headers = {}) {
    const answer = await fetch(address, {
      method, body, headers: { 'X-CSRF': token, Accept: 'application/json', ...headers },
    });
    const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    if (answer.status === 404) throw new Gone(told.error);
    if (answer.status === 409) return null;
    if (answer.status >= 500) throw new TypeError(told.error || 'the desk does not answer');
    const refused = new Refused(told.error || 'The desk refused this file.');
    refused.later = answer.status === 401 || answer.status === 403;
    throw refused;
  }

  function entry(name) {
    const item = document.createElement('li');
    const line = document.createElement('div');
    const title = document.createElement('b');
    const share = document.createElement('span');
    const bar = document.createElement('progress');
    const words = document.createElement('p');
    line.className = 'line';
    title.textContent = name;
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute('aria-label', `How much of ${name} is sent`);
    line.append(title, share);
    item.append(line, bar, words);
    list.append(item);
    return {
      at(sent, all) {
        const percent = Math.floor((100 * sent) / all);
        bar.value = percent;
        share.textContent = `${percent} %`;
      },
      say(text, address, wrong = false) {
        words.textContent = text;
        words.className = wrong ? 'wrong' : '';
        if (!address) return;
        const link = document.createElement('a');
        link.href = address;
        link.textContent = 'Its page';
        words.append(' ', link);
      },
    };
  }

  async function begin(job) {
    const id = kept()[job.key];
    if (id) {
      try {
        const told = await ask('GET', `/desk/uploads/${id}`);
        if (!told.done) return told;
      } catch (problem) {
        if (!(problem instanceof Gone)) throw problem;
      }
      keep(job.key, '');
    }
    const fields = { name: job.file.name, bytes: job.file.size, ...job.owner };
    const told = await ask('POST', '/desk/uploads', new URLSearchParams(fields));
    keep(job.key, told.id);
    return told;
  }

  async function send(job) {
    let told = await begin(job);
    while (!told.done) {
      job.shown.at(told.offset, told.bytes);
      const end = Math.min(told.offset + PIECE, told.bytes);
      const whole = told.offset >= told.bytes;
      const piece = job.file.slice(told.offset, end);
      const place = whole ? `?offset=${told.bytes}` : '';
      const headers = { 'Content-Type': 'application/octet-stream' };
      if (!whole) headers['Content-Range'] = `bytes ${told.offset}-${end - 1}/${told.bytes}`;
      const address = `/desk/uploads/${told.id}`;
      const next = await ask('PUT', address + place, piece, headers);
      if (next) {
        told = next;
        job.wait = 500;
      } else {
        // Another tab sends it, or bytes differ: look how far it is, a few times.
        job.clashes += 1;
        if (job.clashes > 5) throw new Refused('This file is sent elsewhere, or was changed. Choose it again later.');
        await pause(job.wait);
        told = await ask('GET', address);
      }
    }
    keep(job.key, '');
    job.shown.at(1, 1);
    return told;
  }

  // After a lost connection: wait, longer each time, and ask how far the upload is.
  async function patiently(job) {
    for (;;) {
      try {
        return await send(job);
      } catch (problem) {
        if (problem instanceof Gone) {
          keep(job.key, '');
          job.clashes += 1;
          if (job.clashes > 5) throw new Refused('This upload is gone each time it begins. Choose the file again later.');
          continue;
        }
        if (problem instanceof Refused) throw problem;
        job.shown.say('The connection is lost; it goes on by itself.');
        await pause(job.wait);
        job.wait = Math.min(2 * job.wait, LONGEST_PAUSE);
      }
    }
  }

  async function follow(job, told) {
    const page = `/desk/documents/${told.document}`;
    job.shown.say(told.said, page);
    for (let wait = 1000; wait < 60000; wait *= 1.3) {
      await pause(wait);
      const now = await ask('GET', `/desk/api/v1/documents/${told.document}`).catch(() => null);
      if (!now || now.state === 'received' || now.state === 'reading') continue;
      const found = now.findings
        .filter((each) => each.outcome === 'quarantine' || each.outcome === 'reject')
        .map((each) => `${each.said} Where: ${each.place}.`);
      const shown = [...new Set(found)].slice(0, 5).join(' ');
      job.shown.say(`${now.said} ${shown}`.trim(), page, now.state !== 'ready');
      return;
    }
  }

  async function work() {
    while (busy < AT_ONCE && queue.length) {
      const job = queue.shift();
      busy += 1;
      patiently(job)
        .then((told) => { follow(job, told); })
        .catch((problem) => {
          // Signed out: what was sent stays, and the same file goes on after signing in.
          if (!problem.later) keep(job.key, '');
          job.shown.say(problem.message, '', true);
        })
        .finally(() => { busy -= 1; work(); });
    }
  }

  function take(files) {
    const value = (name) => (form.elements[name] ? form.elements[name].value.trim() : '');
    const owner = { request: value('request'), publication: value('publication') };
    for (const file of files) {
      const shown = entry(file.name);
      if (file.size > most) {
        shown.say(`It has more than the ${most / 1024 / 1024} MB that a file may have.`, '', true);
        continue;
      }
      shown.at(0, 1);
      const key = [file.name, file.size, file.lastModified, owner.request, owner.publication].join('|');
      queue.push({ file, owner, key, shown, wait: 500, clashes: 0 });
    }
    work();
  }

  document.getElementById('progress').append(list);
  list.hidden = true;
  form.addEventListener('submit', (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    list.hidden = false;
    take(input.files);
    input.value = '';
  });
  for (const name of ['dragenter', 'dragover']) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add('over'); });
  }
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    input.files = event.dataTransfer.files;
  });
  addEventListener('beforeunload', (event) => { if (busy) event.preventDefault(); });
})();
