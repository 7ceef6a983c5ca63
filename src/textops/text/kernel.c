/* What costs most of a prediction, compiled: folding of white space and case, the counting of n-grams, the scores
 * of a linear model over them, and the features that the prediction log keeps.
 *
 * It is optional. Where it was not compiled, the code in numpy that it is proven equal to does the same, slower:
 * textops/text/normalization.py, hashing.py, ngrams.py, counting.py and features.py, which also say what is computed and why.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BASE 0x9E3779B1u
#define MIX_1 0x85EBCA6Bu
#define MIX_2 0xC2B2AE35u
#define PAIR 0x27D4EB2Fu
#define HASH_BITS 32
#define BLANK ' '
#define SINGLE 2
#define CODE_POINTS 0x110000

/* Both tables are larger than the fast caches, and their places are as good as random. */
#define AHEAD 24
#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

/* The loops over characters are compiled for wider registers too; which ones there are is found out when they are loaded. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__gnu_linux__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* How often each id has occurred so far; all zeros between two calls. The GIL keeps others away from it. */
static uint32_t *occurred = NULL;
static Py_ssize_t occurred_size = 0;

/* What texts are taken apart in, kept from call to call: a system that gets memory back has to clear it before it gives it
 * away again, which takes longer than all else. Longer texts get memory of their own. */
#define KEPT_BYTES (1u << 20)
static uint32_t *workplace = NULL;

static uint32_t *get_workplace(size_t bytes) {
    if (bytes > KEPT_BYTES) return PyMem_Malloc(bytes);
    if (workplace == NULL) workplace = malloc(KEPT_BYTES);
    return workplace;
}

static void leave_workplace(uint32_t *memory) {
    if (memory != workplace) PyMem_Free(memory);
}

typedef struct {
    int word_shift, character_shift, pairs, shortest, longest;
    uint32_t first_character_id;
} Settings;

static uint32_t mix(uint32_t code) {
    uint32_t mixed = code * MIX_1 + MIX_2;
    mixed ^= mixed >> 15;
    return mixed * MIX_2;
}

/* Write the codes of " text " and return how many: the blanks belong to the character runs. An empty text has none. */
static Py_ssize_t read_codes(PyObject *text, uint32_t *codes) {
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    const void *data = PyUnicode_DATA(text);
    if (length == 0) return 0;
    codes[0] = codes[length + 1] = BLANK;
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        for (Py_ssize_t i = 0; i < length; i++) codes[i + 1] = ((const Py_UCS1 *)data)[i];
        break;
    case PyUnicode_2BYTE_KIND:
        for (Py_ssize_t i = 0; i < length; i++) codes[i + 1] = ((const Py_UCS2 *)data)[i];
        break;
    default:
        memcpy(codes + 1, data, (size_t)length * sizeof *codes);
    }
    return length + 2;
}

/* Write the hash of each word and return how many: the sum of mixed[i] * BASE**i, i counted from its first character.
 * A word goes from one separator to the next; a character of class SINGLE is one by itself. */
static Py_ssize_t hash_words(
    const uint32_t *codes, const uint32_t *mixed, Py_ssize_t length, const uint8_t *classes, uint32_t *hashes
) {
    Py_ssize_t words = 0;
    uint32_t hash = 0, power = 1;
    uint8_t before = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        uint8_t class = classes[codes[i]];
        if (before && (!class || class == SINGLE || before == SINGLE)) hashes[words++] = hash;
        if (class && (!before || class == SINGLE || before == SINGLE)) hash = 0, power = 1;
        if (class) {
            hash += mixed[i] * power;
            power *= BASE;
        }
        before = class;
    }
    return words;
}

WIDE static void mix_all(const uint32_t *codes, uint32_t *mixed, Py_ssize_t length) {
    for (Py_ssize_t i = 0; i < length; i++) mixed[i] = mix(codes[i]);
}

/* Make the hashes of runs one character longer. */
WIDE static void lengthen_runs(uint32_t *hashes, const uint32_t *mixed, Py_ssize_t run, Py_ssize_t runs) {
    for (Py_ssize_t i = 0; i < runs; i++) hashes[i] = hashes[i] * BASE + mixed[i + run - 1];
}

WIDE static void to_ids(const uint32_t *hashes, Py_ssize_t number, int shift, uint32_t first, uint32_t *ids) {
    for (Py_ssize_t i = 0; i < number; i++) ids[i] = (hashes[i] >> shift) + first;
}

/* Write the ids of all words, pairs and runs, in this order, each as often as it occurs; return how many. */
static Py_ssize_t write_ids(
    const uint32_t *codes, uint32_t *mixed, uint32_t *scratch, Py_ssize_t length, const uint8_t *classes,
    const Settings *settings, uint32_t *ids
) {
    Py_ssize_t number = 0;
    mix_all(codes, mixed, length);
    Py_ssize_t words = hash_words(codes, mixed, length, classes, scratch);
    to_ids(scratch, words, settings->word_shift, 1, ids);
    number += words;
    if (settings->pairs)
        for (Py_ssize_t i = 0; i + 1 < words; i++)
            ids[number++] = ((scratch[i] * PAIR + scratch[i + 1]) >> settings->word_shift) + 1;

    /* scratch holds the hash of the run of the present length that starts at each character. */
    memcpy(scratch, mixed, (size_t)length * sizeof *scratch);
    for (Py_ssize_t run = 1; run <= settings->longest && run <= length; run++) {
        Py_ssize_t runs = length - run + 1;
        if (run > 1) lengthen_runs(scratch, mixed, run, runs);
        if (run < settings->shortest) continue;
        to_ids(scratch, runs, settings->character_shift, settings->first_character_id, ids + number);
        number += runs;
    }
    return number;
}

/* Which of 64 ids are kept, and how many are kept before them: a table of new ids that fits into the fast caches. */
typedef struct {
    uint64_t kept, before;
} Selection;

/* Replace ids by new ones, numbered from 1 in their order, and drop those that are not kept; return how many are left. */
WIDE static Py_ssize_t select_ids(uint32_t *ids, Py_ssize_t number, const Selection *selection) {
    Py_ssize_t kept = 0;
    for (Py_ssize_t i = 0; i < number; i++) {
        uint32_t id = ids[i];
        Selection part = selection[id >> 6];
        uint64_t bits = part.kept >> (id & 63);
        /* Those kept in this part and not behind the id, itself included. */
        ids[kept] = (uint32_t)part.before + (uint32_t)__builtin_popcountll(part.kept << (63 - (id & 63)));
        kept += bits & 1;
    }
    return kept;
}

/* Move the distinct ids to the end of the array, in the order of their last occurrences, and count them in `occurred`;
 * return how many. */
static Py_ssize_t count_distinct(uint32_t *ids, Py_ssize_t number) {
    Py_ssize_t place = number;
    for (Py_ssize_t i = number - 1; i >= 0; i--) {
        uint32_t id = ids[i];
        PREFETCH(&occurred[ids[i > AHEAD ? i - AHEAD : 0]]);
        ids[place - 1] = id;
        place -= occurred[id]++ == 0;
    }
    return number - place;
}

static int make_room(Py_ssize_t size) {
    if (size <= occurred_size) return 0;
    uint32_t *larger = calloc((size_t)size, sizeof *larger);
    if (larger == NULL) return -1;
    free(occurred);
    occurred = larger;
    occurred_size = size;
    return 0;
}

/* Return (ids, weights, largest count), the first two as a bytearray of int32 and of float32. What occurs more often than there are weights
 * gets the last of them; the caller sees it by the largest count. */
static PyObject *weighed(const uint32_t *ids, Py_ssize_t number, const float *weights, Py_ssize_t known) {
    PyObject *id_bytes = PyByteArray_FromStringAndSize(NULL, number * (Py_ssize_t)sizeof(int32_t));
    PyObject *weight_bytes = PyByteArray_FromStringAndSize(NULL, number * (Py_ssize_t)sizeof(float));
    uint32_t largest = 0;
    float *out = weight_bytes ? (float *)PyByteArray_AS_STRING(weight_bytes) : NULL;
    for (Py_ssize_t i = 0; i < number; i++) {
        uint32_t count = occurred[ids[i]];
        occurred[ids[i]] = 0;
        if (count > largest) largest = count;
        if (out) out[i] = weights[count < (size_t)known ? count : (size_t)known - 1];
    }
    if (!id_bytes || !weight_bytes) {
        Py_XDECREF(id_bytes);
        Py_XDECREF(weight_bytes);
        return NULL;
    }
    memcpy(PyByteArray_AS_STRING(id_bytes), ids, (size_t)number * sizeof *ids);
    return Py_BuildValue("NNI", id_bytes, weight_bytes, (unsigned int)largest);
}

/* What the n-grams of a text are counted in; `ids` lies in `memory`, and its last `distinct` places hold the result. */
typedef struct {
    uint32_t *memory, *ids;
    Py_ssize_t distinct;
} Counted;

/* Count the distinct n-grams of a text in `occurred`; return -1 without memory. */
static int count_text(PyObject *text, const uint8_t *classes, const Settings *settings, const Selection *selection, Counted *counted) {
    Py_ssize_t room = PyUnicode_GET_LENGTH(text) + 2;
    Py_ssize_t lengths = settings->longest < settings->shortest ? 0 : settings->longest - settings->shortest + 1;
    /* Codes, their hashes, a scratch as long; words and pairs, and the runs of each length. */
    uint32_t *codes = get_workplace((size_t)(room * (5 + lengths)) * sizeof *codes);
    if (codes == NULL) return -1;
    uint32_t *mixed = codes + room, *scratch = mixed + room, *ids = scratch + room;
    Py_ssize_t length = read_codes(text, codes);
    Py_ssize_t number = write_ids(codes, mixed, scratch, length, classes, settings, ids);
    if (selection != NULL) number = select_ids(ids, number, selection);
    counted->memory = codes;
    counted->distinct = count_distinct(ids, number);
    counted->ids = ids + number - counted->distinct;
    return 0;
}

static int is_possible(const Settings *settings, int word_bits, int character_bits) {
    return word_bits >= 1 && word_bits <= 29 && character_bits >= 1 && character_bits <= 29 && settings->shortest >= 1 &&
           settings->longest <= 32;
}

static Py_ssize_t vocabulary_size(const Settings *settings, int character_bits) {
    return (Py_ssize_t)settings->first_character_id + ((Py_ssize_t)1 << character_bits);
}

/* The arguments that both functions over n-grams take. */
typedef struct {
    PyObject *text, *chosen;
    Py_buffer classes, weights, selection;
    Settings settings;
    int word_bits, character_bits;
} Ngrams;

/* Look at the arguments and make room for counting; return -1 with an exception. */
static int prepare(Ngrams *ngrams) {
    Settings *settings = &ngrams->settings;
    if (ngrams->chosen != Py_None && PyObject_GetBuffer(ngrams->chosen, &ngrams->selection, PyBUF_SIMPLE) < 0) return -1;
    if (!is_possible(settings, ngrams->word_bits, ngrams->character_bits)) {
        PyErr_SetString(PyExc_ValueError, "settings that an n-gram tokenizer cannot have");
        return -1;
    }
    settings->word_shift = HASH_BITS - ngrams->word_bits;
    settings->character_shift = HASH_BITS - ngrams->character_bits;
    settings->first_character_id = 1 + ((uint32_t)1 << ngrams->word_bits);
    Py_ssize_t size = vocabulary_size(settings, ngrams->character_bits);
    if (ngrams->classes.len != CODE_POINTS || ngrams->weights.len < (Py_ssize_t)sizeof(float) ||
        (ngrams->selection.buf != NULL && ngrams->selection.len != (size + 63) / 64 * (Py_ssize_t)sizeof(Selection))) {
        PyErr_SetString(PyExc_ValueError, "tables of another size than the settings ask for");
        return -1;
    }
    if (make_room(size) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static void release(Ngrams *ngrams) {
    if (ngrams->selection.obj) PyBuffer_Release(&ngrams->selection);
    PyBuffer_Release(&ngrams->weights);
    PyBuffer_Release(&ngrams->classes);
}

PyDoc_STRVAR(count_ngrams_doc,
"count_ngrams(text, classes, weights, selection, word_bits, character_bits, pairs, shortest, longest)\n--\n\n"
"See Kernel in compiled.py.");

static PyObject *count_ngrams(PyObject *self, PyObject *arguments) {
    Ngrams ngrams = {0};
    Counted counted;
    PyObject *result = NULL;
    if (!PyArg_ParseTuple(arguments, "Uy*y*Oiipii", &ngrams.text, &ngrams.classes, &ngrams.weights, &ngrams.chosen,
                          &ngrams.word_bits, &ngrams.character_bits, &ngrams.settings.pairs, &ngrams.settings.shortest,
                          &ngrams.settings.longest))
        return NULL;
    if (prepare(&ngrams) == 0) {
        if (count_text(ngrams.text, ngrams.classes.buf, &ngrams.settings, ngrams.selection.buf, &counted) < 0) {
            PyErr_NoMemory();
        } else {
            Py_ssize_t known = ngrams.weights.len / (Py_ssize_t)sizeof(float);
            result = weighed(counted.ids, counted.distinct, ngrams.weights.buf, known);
            leave_workplace(counted.memory);
        }
    }
    release(&ngrams);
    return result;
}

/* A linear model over n-grams. Row i of the table holds what id i says for each class, and what it weighs; words and
 * pairs (part 0) are made a vector of length 1, and so are the runs of characters (part 1). */
typedef struct {
    Py_buffer rows, scales, bias;
    int floats;
    Py_ssize_t classes, first_run;
} Linear;

#define SMALLEST_SQUARE 1e-12f

/* Add up what the n-grams of a text say, times their weight, and forget their counts; return the largest count.
 * Row by row, as the rows are all over the memory and the next ones can be fetched meanwhile. */
#define SUM_UP(NAME, TYPE, WEIGHT)                                                                                     \
    static uint32_t NAME(const Counted *counted, const Linear *linear, const float *weights, size_t known,             \
                         float *sums, float *squares) {                                                                \
        const TYPE *rows = linear->rows.buf;                                                                           \
        Py_ssize_t classes = linear->classes, columns = classes + 1;                                                   \
        uint32_t largest = 0;                                                                                          \
        for (Py_ssize_t i = 0; i < counted->distinct; i++) {                                                           \
            uint32_t id = counted->ids[i], count = occurred[id];                                                       \
            PREFETCH(&rows[(Py_ssize_t)counted->ids[i + AHEAD < counted->distinct ? i + AHEAD : i] * columns]);        \
            occurred[id] = 0;                                                                                          \
            if (count > largest) largest = count;                                                                      \
            const TYPE *row = &rows[(Py_ssize_t)id * columns];                                                         \
            float weight = weights[count < known ? count : known - 1] * (float)(WEIGHT)row[classes];                       \
            int part = (Py_ssize_t)id >= linear->first_run;                                                            \
            float *sum = sums + part * classes;                                                                        \
            squares[part] += weight * weight;                                                                          \
            for (Py_ssize_t j = 0; j < classes; j++) sum[j] += weight * (float)row[j];                                 \
        }                                                                                                              \
        return largest;                                                                                                \
    }

SUM_UP(sum_up_floats, float, float)
SUM_UP(sum_up_bytes, int8_t, uint8_t)

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Return (scores, largest count, seconds of the counting, seconds of the summing), the first as a list. */
static PyObject *scored(const Ngrams *ngrams, const Linear *linear) {
    Py_ssize_t classes = linear->classes;
    Counted counted;
    double start = seconds_now();
    float *sums = PyMem_Calloc((size_t)(2 * classes), sizeof *sums), squares[2] = {0, 0};
    if (!sums || count_text(ngrams->text, ngrams->classes.buf, &ngrams->settings, ngrams->selection.buf, &counted) < 0) {
        PyMem_Free(sums);
        return PyErr_NoMemory();
    }
    double middle = seconds_now();
    size_t known = (size_t)ngrams->weights.len / sizeof(float);
    uint32_t largest = (linear->floats ? sum_up_floats : sum_up_bytes)(&counted, linear, ngrams->weights.buf, known, sums, squares);
    leave_workplace(counted.memory);
    PyObject *scores = PyList_New(classes);
    const float *scales = linear->scales.buf, *bias = linear->bias.buf;
    for (Py_ssize_t j = 0; scores != NULL && j < classes; j++) {
        float score = bias[j];
        for (int part = 0; part < 2; part++) {
            float square = squares[part] > SMALLEST_SQUARE ? squares[part] : SMALLEST_SQUARE;
            score += sums[part * classes + j] * scales[part * classes + j] / sqrtf(square);
        }
        PyObject *number = PyFloat_FromDouble(score);
        if (number == NULL) Py_CLEAR(scores);
        else PyList_SET_ITEM(scores, j, number);
    }
    PyMem_Free(sums);
    return scores == NULL ? NULL : Py_BuildValue("NIdd", scores, (unsigned int)largest, middle - start, seconds_now() - middle);
}

PyDoc_STRVAR(score_ngrams_doc,
"score_ngrams(text, classes, weights, selection, word_bits, character_bits, pairs, shortest, longest, rows, floats, "
"scales, bias, first_run)\n--\n\nSee Kernel in compiled.py.");

static PyObject *score_ngrams(PyObject *self, PyObject *arguments) {
    Ngrams ngrams = {0};
    Linear linear = {0};
    PyObject *result = NULL;
    if (!PyArg_ParseTuple(arguments, "Uy*y*Oiipiiy*py*y*n", &ngrams.text, &ngrams.classes, &ngrams.weights,
                          &ngrams.chosen, &ngrams.word_bits, &ngrams.character_bits, &ngrams.settings.pairs,
                          &ngrams.settings.shortest, &ngrams.settings.longest, &linear.rows, &linear.floats,
                          &linear.scales, &linear.bias, &linear.first_run))
        return NULL;
    linear.classes = linear.bias.len / (Py_ssize_t)sizeof(float);
    if (prepare(&ngrams) == 0) {
        Py_ssize_t row = (linear.classes + 1) * (Py_ssize_t)(linear.floats ? sizeof(float) : sizeof(int8_t));
        /* How many ids are kept is not counted here, for each text: the caller has done it, once. */
        if (linear.classes < 1 || linear.rows.len % row != 0 || linear.scales.len != 2 * linear.bias.len ||
            (ngrams.selection.buf == NULL && linear.rows.len / row < vocabulary_size(&ngrams.settings, ngrams.character_bits))) {
            PyErr_SetString(PyExc_ValueError, "a linear model of another shape than the settings ask for");
        } else {
            result = scored(&ngrams, &linear);
        }
    }
    PyBuffer_Release(&linear.rows);
    PyBuffer_Release(&linear.scales);
    PyBuffer_Release(&linear.bias);
    release(&ngrams);
    return result;
}

/* Write a text with each run of white space as one blank, and none at its ends; return its length. Texts of one byte a
 * character, which are of Latin 1, are made lower case on the way. */
static int is_blank(uint32_t code) {
    return code == BLANK || (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x1F) || code == 0x85 ||
           code == 0x1680 || code == 0x2028 || code == 0x2029;
}

/* Lower case of each character of Latin 1, a blank for white space. */
static Py_UCS1 folded_latin[256];

static void fill_folded_latin(void) {
    for (int code = 0; code < 256; code++) {
        int upper = (code >= 'A' && code <= 'Z') || (code >= 0xC0 && code <= 0xDE && code != 0xD7);
        folded_latin[code] = (Py_UCS1)(is_blank((uint32_t)code) ? BLANK : upper ? code + 0x20 : code);
    }
}

#define FOLD(NAME, TYPE, CHANGED)                                                                                      \
    static Py_ssize_t NAME(const TYPE *from, Py_ssize_t length, TYPE *folded) {                                        \
        Py_ssize_t kept = 0;                                                                                           \
        int blank_before = 1;                                                                                          \
        for (Py_ssize_t i = 0; i < length; i++) {                                                                      \
            TYPE code = CHANGED;                                                                                       \
            int blank = code == BLANK;                                                                                 \
            folded[kept] = code;                                                                                       \
            kept += !(blank && blank_before);                                                                          \
            blank_before = blank;                                                                                      \
        }                                                                                                              \
        return kept > 0 && folded[kept - 1] == BLANK ? kept - 1 : kept;                                                \
    }

FOLD(fold_1, Py_UCS1, folded_latin[from[i]])
FOLD(fold_2, Py_UCS2, is_blank(from[i]) ? BLANK : from[i])
FOLD(fold_4, Py_UCS4, is_blank(from[i]) ? BLANK : from[i])

PyDoc_STRVAR(fold_doc, "fold(text)\n--\n\nSee Kernel in compiled.py.");

static PyObject *fold(PyObject *self, PyObject *text) {
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "not a text");
        return NULL;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), kept;
    int kind = PyUnicode_KIND(text);
    const void *from = PyUnicode_DATA(text);
    void *folded = PyMem_Malloc((size_t)(length + 1) * (size_t)kind);
    if (folded == NULL) return PyErr_NoMemory();
    if (kind == PyUnicode_1BYTE_KIND) kept = fold_1(from, length, folded);
    else if (kind == PyUnicode_2BYTE_KIND) kept = fold_2(from, length, folded);
    else kept = fold_4(from, length, folded);
    PyObject *result = PyUnicode_FromKindAndData(kind, folded, kept);
    PyMem_Free(folded);
    if (result == NULL || kind == PyUnicode_1BYTE_KIND) return result;
    /* Lower case of all scripts is the affair of Python. */
    Py_SETREF(result, PyObject_CallMethod(result, "lower", NULL));
    return result;
}

/* Features of a text: see features.py, which says what each of them is. */

#define SKETCH_BITS 3
#define SKETCH_PLACES (1 << SKETCH_BITS)
#define BUCKET_BITS 6
#define BUCKETS (1 << BUCKET_BITS)
#define FAMILIAR_BITS 21
#define FEATURES (9 + SKETCH_PLACES)
#define UPPER_KIND 1
#define DIGIT_KIND 2
#define BLANK_KIND 4
#define LAST_ASCII 0x7F

static double rounded(double value, Py_ssize_t of) {
    return of ? floor(value / (double)of * 1e4 + 0.5) / 1e4 : 0.0;
}

/* What a text has of each kind: upper-case letters, digits, punctuation, characters beyond ASCII. */
#define KINDS 4

static void count_kind(Py_UCS4 code, Py_ssize_t times, const uint8_t *classes, const uint8_t *kinds, Py_ssize_t *counts) {
    uint8_t kind = kinds[code];
    counts[0] += (kind & UPPER_KIND) ? times : 0;
    counts[1] += (kind & DIGIT_KIND) ? times : 0;
    counts[2] += !classes[code] && !(kind & BLANK_KIND) ? times : 0;
    counts[3] += code > LAST_ASCII ? times : 0;
}

#define LATIN 256

/* Count how often each character of Latin 1 occurs; in two tables, as neighbours in one would wait for each other. */
static void count_latin(const Py_UCS1 *characters, Py_ssize_t length, uint32_t *counts) {
    uint32_t odd[LATIN] = {0};
    Py_ssize_t i = 0;
    for (; i + 1 < length; i += 2) counts[characters[i]]++, odd[characters[i + 1]]++;
    if (i < length) counts[characters[i]]++;
    for (int code = 0; code < LATIN; code++) counts[code] += odd[code];
}

static void count_kinds(PyObject *text, const uint8_t *classes, const uint8_t *kinds, Py_ssize_t *counts) {
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    if (kind == PyUnicode_1BYTE_KIND) {
        uint32_t latin[LATIN] = {0};
        count_latin(data, length, latin);
        for (Py_UCS4 code = 0; code < LATIN; code++) count_kind(code, latin[code], classes, kinds, counts);
        return;
    }
    for (Py_ssize_t i = 0; i < length; i++) count_kind(PyUnicode_READ(kind, data, i), 1, classes, kinds, counts);
}

/* Count the characters that are part of a word in buckets of their mixed codes. */
static void count_letters(
    PyObject *normalized, const uint32_t *codes, const uint32_t *mixed, Py_ssize_t length, const uint8_t *classes,
    Py_ssize_t *buckets
) {
    if (PyUnicode_KIND(normalized) == PyUnicode_1BYTE_KIND) {
        uint32_t latin[LATIN] = {0};
        count_latin(PyUnicode_DATA(normalized), PyUnicode_GET_LENGTH(normalized), latin);
        for (uint32_t code = 0; code < LATIN; code++)
            if (classes[code]) buckets[mix(code) >> (HASH_BITS - BUCKET_BITS)] += latin[code];
        return;
    }
    for (Py_ssize_t i = 0; i < length; i++)
        if (classes[codes[i]]) buckets[mixed[i] >> (HASH_BITS - BUCKET_BITS)]++;
}

/* Return how many there are in the buckets, and their entropy in bits. */
static Py_ssize_t entropy_of(const Py_ssize_t *buckets, double *entropy) {
    Py_ssize_t letters = 0;
    double sum = 0;
    for (int i = 0; i < BUCKETS; i++) {
        letters += buckets[i];
        if (buckets[i]) sum += (double)buckets[i] * log2((double)buckets[i]);
    }
    double bits = letters ? log2((double)letters) - sum / (double)letters : 0.0;
    *entropy = rounded(bits > 0 ? bits : 0.0, 1);
    return letters;
}

static void describe_words(const uint32_t *hashes, Py_ssize_t words, const uint8_t *familiar, double *values) {
    Py_ssize_t unseen = 0, sketch[SKETCH_PLACES] = {0};
    for (Py_ssize_t i = 0; i < words; i++) {
        uint32_t place = hashes[i] >> (HASH_BITS - FAMILIAR_BITS), mixed = mix(hashes[i]);
        if (familiar != NULL) unseen += !(familiar[place >> 3] >> (place & 7) & 1);
        sketch[mixed >> (HASH_BITS - SKETCH_BITS)] += (mixed >> (HASH_BITS - SKETCH_BITS - 1) & 1) ? -1 : 1;
    }
    values[0] = rounded((double)unseen, words);
    for (int i = 0; i < SKETCH_PLACES; i++) values[1 + i] = rounded((double)sketch[i], words);
}

static PyObject *described(PyObject *text, PyObject *normalized, const uint8_t *classes, const uint8_t *kinds, const uint8_t *familiar) {
    Py_ssize_t room = PyUnicode_GET_LENGTH(normalized) + 2, length = PyUnicode_GET_LENGTH(text);
    uint32_t *codes = get_workplace((size_t)(room * 3) * sizeof *codes);
    if (codes == NULL) return PyErr_NoMemory();
    uint32_t *mixed = codes + room, *hashes = mixed + room;
    double values[FEATURES];
    Py_ssize_t counts[KINDS] = {0}, buckets[BUCKETS] = {0};
    Py_ssize_t inside = read_codes(normalized, codes);
    mix_all(codes, mixed, inside);
    Py_ssize_t words = hash_words(codes, mixed, inside, classes, hashes);
    count_letters(normalized, codes, mixed, inside, classes, buckets);
    Py_ssize_t letters = entropy_of(buckets, &values[7]);
    count_kinds(text, classes, kinds, counts);
    values[0] = (double)length;
    values[1] = (double)words;
    values[2] = rounded((double)letters, words);
    for (int i = 0; i < KINDS; i++) values[3 + i] = rounded((double)counts[i], length);
    describe_words(hashes, words, familiar, &values[8]);
    leave_workplace(codes);
    PyObject *result = PyTuple_New(FEATURES);
    for (Py_ssize_t i = 0; result != NULL && i < FEATURES; i++) {
        PyObject *number = PyFloat_FromDouble(values[i]);
        if (number == NULL) Py_CLEAR(result);
        else PyTuple_SET_ITEM(result, i, number);
    }
    return result;
}

PyDoc_STRVAR(describe_doc, "describe(text, normalized, classes, kinds, familiar)\n--\n\nSee Kernel in compiled.py.");

static PyObject *describe(PyObject *self, PyObject *arguments) {
    PyObject *text, *normalized, *known, *result = NULL;
    Py_buffer classes = {0}, kinds = {0}, familiar = {0};
    if (!PyArg_ParseTuple(arguments, "UUy*y*O", &text, &normalized, &classes, &kinds, &known)) return NULL;
    if (known == Py_None || PyObject_GetBuffer(known, &familiar, PyBUF_SIMPLE) == 0) {
        if (classes.len != CODE_POINTS || kinds.len != CODE_POINTS ||
            (familiar.buf != NULL && familiar.len != (Py_ssize_t)1 << (FAMILIAR_BITS - 3)))
            PyErr_SetString(PyExc_ValueError, "tables of another size than there are characters or hashes");
        else
            result = described(text, normalized, classes.buf, kinds.buf, familiar.buf);
    }
    if (familiar.obj) PyBuffer_Release(&familiar);
    PyBuffer_Release(&kinds);
    PyBuffer_Release(&classes);
    return result;
}

#include "kernel_batch.h"

static PyMethodDef methods[] = {
    {"count_ngrams", count_ngrams, METH_VARARGS, count_ngrams_doc},
    {"score_ngrams", score_ngrams, METH_VARARGS, score_ngrams_doc},
    {"score_texts", score_texts, METH_VARARGS, score_texts_doc},
    {"fold", fold, METH_O, fold_doc},
    {"describe", describe, METH_VARARGS, describe_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "textops.text.kernel", "Counting, scoring and describing of texts, compiled.", -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_kernel(void) {
    fill_folded_latin();
    return PyModule_Create(&module);
}
