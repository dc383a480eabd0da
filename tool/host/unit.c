#include "host/unit.h"

#include <argz.h>
#include <envz.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "terminal/command.h"

/* NUL-terminated strings in a row: argz(3), and the C library's manual, 5.15. */
struct strings {
    char *data;
    size_t len;
};

static void add(struct strings *strings, const char *string)
{
    if (argz_add(&strings->data, &strings->len, string) != 0)
        fatal("out of memory");
}

static void add_variable(struct strings *variables, char *assignment)
{
    char *value = strchr(assignment, '=');

    if (value == NULL)
        return;
    *value++ = '\0';
    if (envz_add(&variables->data, &variables->len, assignment, value) != 0)
        fatal("out of memory");
}

/* The next word of *rest, which may be quoted; NULL if there is none. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t\n");
    const char *end = " \t\n";

    if (*word == '\0')
        return NULL;
    if (*word == '"' || *word == '\'') {
        end = *word == '"' ? "\"" : "'";
        word++;
    }
    *rest = word + strcspn(word, end);
    if (**rest != '\0')
        *(*rest)++ = '\0';
    return word;
}

/* Environment=: "NAME=VALUE" NAME=VALUE ... */
static void parse_environment(struct strings *variables, char *list)
{
    for (char *word = next_word(&list); word != NULL; word = next_word(&list))
        add_variable(variables, word);
}

/* A line of an EnvironmentFile=: systemd.exec(5). */
static void parse_environment_line(struct strings *variables, char *line)
{
    char *name = line + strspn(line, " \t");
    char *value = strchr(name, '=');
    char *word;

    if (*name == '#' || *name == ';' || value == NULL)
        return;
    *value++ = '\0';
    word = *value == '"' || *value == '\'' ? next_word(&value) : strtok(value, "\n");
    if (envz_add(&variables->data, &variables->len, name, word != NULL ? word : "") != 0)
        fatal("out of memory");
}

/* EnvironmentFiles=: PATH (ignore_errors=yes) */
static void read_environment_file(struct strings *variables, char *list)
{
    const char *path = next_word(&list);
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    char *line = NULL;
    size_t size = 0;

    if (file == NULL)
        return;
    while (getline(&line, &size, file) > 0)
        parse_environment_line(variables, line);
    free(line);
    (void)fclose(file);
}

/* $NAME is split into words, ${NAME} stays one word: systemd.service(5). */
static void add_argument(struct strings *arguments, const struct strings *variables, char *word)
{
    bool is_braced = word[0] == '$' && word[1] == '{' && word[strlen(word) - 1] == '}';
    const char *value;
    char *words;
    char *rest;

    if (word[0] != '$') {
        add(arguments, word);
        return;
    }
    if (is_braced)
        word[strlen(word) - 1] = '\0';
    value = envz_get(variables->data, variables->len, word + (is_braced ? 2 : 1));
    if (value != NULL && is_braced)
        add(arguments, value);
    if (value == NULL || is_braced)
        return;
    rest = words = check_alloc(strdup(value));
    for (const char *each = next_word(&rest); each != NULL; each = next_word(&rest))
        add(arguments, each);
    free(words);
}

/* ExecStart=: { path=... ; argv[]=WORD ... ; ... } */
static void parse_command(struct strings *arguments, const struct strings *variables, char *command)
{
    static const char start[] = "argv[]=";
    char *rest = strstr(command, start);
    char *end = rest != NULL ? strstr(rest, " ;") : NULL;

    if (end == NULL)
        return;
    *end = '\0';
    rest += strlen(start);
    for (char *word = next_word(&rest); word != NULL; word = next_word(&rest))
        add_argument(arguments, variables, word);
}

/* The value in a line NAME=VALUE of systemctl show, or NULL. */
static char *property(char *line, const char *name)
{
    size_t len = strlen(name);

    return strncmp(line, name, len) == 0 && line[len] == '=' ? line + len + 1 : NULL;
}

/* Reads the variables that the unit sets. Returns its command, NULL if it has none. */
static char *read_properties(FILE *show, struct strings *variables)
{
    char *command = NULL;
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, show) > 0) {
        if (property(line, "Environment") != NULL)
            parse_environment(variables, property(line, "Environment"));
        else if (property(line, "EnvironmentFiles") != NULL)
            read_environment_file(variables, property(line, "EnvironmentFiles"));
        else if (property(line, "ExecStart") != NULL && command == NULL)
            command = check_alloc(strdup(property(line, "ExecStart")));
    }
    free(line);
    return command;
}

char *unit_arguments(size_t *len)
{
    static const char show_unit[] =
        "systemctl show --property=Environment,EnvironmentFiles,ExecStart glusterd.service 2>/dev/null";
    struct strings variables = {.data = NULL};
    struct strings arguments = {.data = NULL};
    FILE *show = popen(show_unit, "re"); /* NOLINT(cert-env33-c): the command line is constant */
    char *command;

    if (show == NULL)
        return NULL;
    command = read_properties(show, &variables);
    (void)pclose(show);
    if (command != NULL)
        parse_command(&arguments, &variables, command);
    free(command);
    free(variables.data);
    *len = arguments.len;
    return arguments.data;
}
